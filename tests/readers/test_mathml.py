import pytest

from assistant.readers import mathml, xml


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("<mi>x</mi><mo>=</mo><mn>1</mn>", "x=1"),
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x²"),
        ("<msup><mn>10</mn><mrow><mo>−</mo><mn>5</mn></mrow></msup>", "10⁻⁵"),
        ("<msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup>", "x^(n+1)"),
        ("<msub><mi>x</mi><mi>i</mi></msub>", "x_i"),
        ("<msub><mi>CO</mi><mn>2</mn></msub>", "CO2"),
        ("<msubsup><mi>η</mi><mi>p</mi><mn>2</mn></msubsup>", "η_p²"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mi>b</mi></mfrac>", "(a+1)/b"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
        ("<mroot><msup><mi>x</mi><mn>2</mn></msup><mn>3</mn></mroot>", "(x²)^(1/3)"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        ('<mfenced open="|" close="|" separators=""><mi>a</mi><mi>b</mi></mfenced>', "|ab|"),
        ("<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>", "∑_(i=1)^n"),
        ("<mover><mi>v</mi><mo>→</mo></mover>", "v⃗"),
        ("<mi>sin</mi><mo>&#8289;</mo><mi>x</mi>", "sin x"),
        ("<mtext>if </mtext><mi>x</mi>", "if x"),
        (
            "<mmultiscripts><mi>C</mi><none/><none/><mprescripts/><none/><mn>14</mn></mmultiscripts>",
            "¹⁴C",
        ),
        (
            "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd></mtr></mtable>",
            "[1 2; 3]",
        ),
        ("<semantics><mi>x</mi><annotation>ignored</annotation></semantics>", "x"),
        (r'<semantics><mi>x</mi><annotation encoding="application/x-tex">\vec x</annotation></semantics>', r"$\vec x$"),
        ("<infinity/>", "∞"),
        ("<apply><plus/><ci>a</ci><cn>2</cn></apply>", "a+2"),
        ("<apply><sin/><ci>a</ci></apply>", "sin(a)"),
        ('<cn type="complex-cartesian">17<sep/>29</cn>', "17+29i"),
        ('<cn type="rational">1<sep/>3</cn>', "1/3"),
        ("<mfrac/><msup/><mroot/><apply/><mover/><semantics/>", "()"),
    ],
)
def test_formulae_are_readable(formula: str, expected: str) -> None:
    assert mathml.readable(xml.parse(f"<math>\n{formula}\n</math>")) == expected

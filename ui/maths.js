// Sets formulae, with the KaTeX that came with the page; where that is not to be had, their source stays.
(() => {
  const [script, style] = document.querySelector("meta[name=carrel-katex]")?.content.split(" ") ?? [];
  if (!script) return;
  // What leads or looks elsewhere is not set at all: its source stays.
  const trust = () => {
    throw new Error("not trusted");
  };
  // No blot of more than two lines.
  const LIMITS = { trust, strict: "ignore", maxSize: 2, maxExpand: 500, throwOnError: true };
  let loading;

  const load = () => {
    if (!loading) {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: style });
      document.head.append(sheet);
      loading = import(new URL(script, document.baseURI)).then((module) => module.default);
    }
    return loading;
  };

  const set = (katex, formula) => {
    if (formula.dataset.tex) return;
    const source = (formula.dataset.tex = formula.textContent);
    const displayMode = source.startsWith("$$") || source.startsWith("\\[");
    const tex = source.startsWith("$$") || source.startsWith("\\") ? source.slice(2, -2) : source.slice(1, -1);
    try {
      katex.render(tex, formula, { ...LIMITS, displayMode });
    } catch {
      formula.textContent = source;
    }
  };

  const look = () => {
    const formulae = document.querySelectorAll(".math:not([data-tex])");
    if (formulae.length) load().then((katex) => formulae.forEach((one) => set(katex, one)), () => {});
  };

  const changes = { childList: true, subtree: true };
  for (const id of ["chat", "panel"]) new MutationObserver(look).observe(document.getElementById(id), changes);
  look();
})();

// What can be done with questions, answers and papers. Runs once, when the page loads.
(() => {
  const MOMENT = 1500;

  const tell = (event, detail) => {
    const told = new CustomEvent("act", { bubbles: true, detail: { event, ...detail } });
    document.querySelector("#acts span").dispatchEvent(told);
  };

  const box = () => document.querySelector("#box textarea");

  const made = (name, attributes, ...content) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.append(...content);
    return element;
  };

  const button = (text, press) => made("button", { type: press ? "button" : "submit", onclick: press ?? null }, text);

  const say = (element, text) => {
    const before = element.textContent;
    element.textContent = text;
    setTimeout(() => (element.textContent = before), MOMENT);
  };

  // Formulas are copied as they were written.
  const words = (answer) => {
    const copied = answer.cloneNode(true);
    copied.querySelectorAll("[data-tex]").forEach((formula) => formula.replaceWith(formula.dataset.tex));
    copied.className = "copied";
    answer.after(copied);
    const text = copied.innerText.trim();
    copied.remove();
    return text;
  };

  const copy = (link) => {
    const answer = link.closest(".acts").previousElementSibling;
    const cited = [...answer.querySelectorAll("a.cite")];
    const references = new Set(cited.map((one) => `${one.textContent} ${one.dataset.tip}`));
    navigator.clipboard?.writeText([words(answer), "", ...references].join("\n").trim()).then(() => say(link, "Copied"));
  };

  const edit = (link, turn) => {
    const acts = link.closest(".acts"), said = acts.previousElementSibling;
    if (acts.querySelector("form")) return;
    const close = () => {
      form.remove();
      said.hidden = link.hidden = false;
    };
    const text = made("textarea", { value: said.innerText, rows: 2, ariaLabel: "Your question, put otherwise" });
    const later = turn < document.querySelectorAll("#chat .user-row").length;
    const hint = later ? [made("span", { className: "hint" }, "The questions after it will be gone.")] : [];
    const cancel = button("Cancel", () => (close(), link.focus()));
    const form = made("form", { className: "edit" }, text, made("p", {}, button("Ask"), cancel, ...hint));
    form.onsubmit = (event) => {
      event.preventDefault();
      if (!text.value.trim()) return;
      close();
      tell("submit", { act: "edit", turn, text: text.value });
      box().focus();
    };
    text.onkeydown = (event) => {
      if (event.key === "Escape") cancel.click();
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      form.requestSubmit();
    };
    said.hidden = link.hidden = true;
    acts.append(form);
    form.scrollIntoView({ block: "nearest" });
    text.focus({ preventScroll: true });
  };

  const judge = (link, act, turn) => {
    const acts = link.closest(".acts");
    const verdict = link.classList.contains("pressed") ? "" : act;
    acts.querySelectorAll(".act").forEach((one) => {
      const pressed = one === link && verdict !== "";
      one.classList.toggle("pressed", pressed);
      if (one.hasAttribute("aria-pressed")) one.setAttribute("aria-pressed", pressed);
    });
    acts.querySelector("form")?.remove();
    tell("like", { turn, verdict, word: "" });
    if (!verdict) return;
    const word = made("input", { maxLength: 500, placeholder: "A word on why? It stays on this machine." });
    word.setAttribute("aria-label", "A word on why");
    const form = made("form", { className: "word" }, word, button("Keep"));
    form.onsubmit = (event) => {
      event.preventDefault();
      if (word.value.trim()) tell("like", { turn, verdict, word: word.value });
      form.replaceWith(made("span", { className: "hint", role: "status" }, "Kept."));
      link.focus();
    };
    acts.append(form);
    form.scrollIntoView({ block: "nearest" });
  };

  const act = (link) => {
    const [name, turn] = link.getAttribute("href").slice("#act-".length).split("-");
    if (name === "copy") copy(link);
    else if (name === "edit") edit(link, +turn);
    else if (name === "retry") tell("submit", { act: "retry", turn: +turn });
    else judge(link, name, +turn);
  };

  const onClick = (event) => {
    const link = event.target.closest?.('#chat a[href^="#act-"]');
    if (link) {
      event.preventDefault();
      act(link);
    }
    const suggested = event.target.closest?.("#chat .next button");
    if (suggested) {
      tell("submit", { act: "ask", text: suggested.textContent });
      box().focus();
    }
    const fetched = event.target.closest?.("#panel button[data-fetch]");
    if (fetched?.classList.contains("bibtex")) entry(fetched);
    else if (fetched) likes(fetched);
  };

  const entry = async (pressed) => {
    const reply = await fetch(pressed.dataset.fetch);
    if (reply.ok) await navigator.clipboard?.writeText(await reply.text());
    say(pressed, reply.ok ? "Copied" : "It is no longer there");
  };

  // Pressed again, they are gone.
  const likes = async (pressed) => {
    const shown = pressed.closest(".source").querySelector(":scope > .likes");
    pressed.setAttribute("aria-expanded", !shown);
    if (shown) {
      shown.remove();
      return;
    }
    const reply = await fetch(pressed.dataset.fetch);
    const found = made("div", { className: "likes", role: "status" });
    if (reply.ok) found.innerHTML = await reply.text();
    else found.textContent = await reply.text();
    pressed.closest("p").after(found);
  };

  // Links that act are buttons, to the keyboard and to screen readers too.
  const amend = () => {
    document.querySelectorAll("#chat a.act:not([role])").forEach((link) => {
      link.setAttribute("role", "button");
      if (/^#act-(good|bad)-/.test(link.getAttribute("href"))) {
        link.setAttribute("aria-pressed", link.classList.contains("pressed"));
      }
    });
  };

  const onKey = (event) => {
    if (event.key !== " " || !event.target.matches?.("#chat a.act")) return;
    event.preventDefault();
    event.target.click();
  };

  // What could be asked next stands at the end of the conversation, until something is asked.
  const next = document.getElementById("next");
  const withdraw = () => document.querySelectorAll("#chat .next").forEach((shown) => shown.remove());
  const suggest = () => {
    withdraw();
    const questions = next.querySelector("ul");
    // Those of another conversation, or of an earlier question, come too late.
    if (questions?.dataset.turn !== String(document.querySelectorAll("#chat .user-row").length)) return;
    if (document.querySelector("#box .stop-button")) return;
    const shown = made("div", { className: "next" }, "Your library can answer", questions.cloneNode(true));
    document.querySelector("#chat .message-wrap")?.append(shown);
  };
  let asked = 0;
  const outdate = () => {
    const questions = document.querySelectorAll("#chat .user-row").length;
    if (questions !== asked || document.querySelector("#box .stop-button")) withdraw();
    asked = questions;
  };

  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  const changes = { childList: true, subtree: true };
  new MutationObserver(() => (amend(), outdate())).observe(document.getElementById("chat"), changes);
  new MutationObserver(suggest).observe(next, changes);
  amend();
})();

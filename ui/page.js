// Citations lead into the panel, and tell there and then what they stand for. Runs once, when the page loads.
(() => {
  const FLASH = 1800;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const scrollTo = (mark) => {
    const panel = mark.closest("#panel");
    const behavior = calm.matches ? "auto" : "smooth";
    if (panel.scrollHeight > panel.clientHeight) {
      const offset = mark.getBoundingClientRect().top - panel.getBoundingClientRect().top;
      panel.scrollTo({ top: panel.scrollTop + offset - panel.clientHeight / 4, behavior });
    }
    // In the narrow layout the panel lies below and the page scrolls instead.
    if (matchMedia("(max-width: 860px)").matches) mark.scrollIntoView({ block: "center", behavior });
  };

  const show = (mark) => {
    for (let around = mark.closest("details"); around; around = around.parentElement.closest("details")) {
      around.open = true;
    }
    mark.focus({ preventScroll: true });
    scrollTo(mark);
    mark.classList.remove("flash");
    void mark.offsetWidth; // restarts the animation where it still runs
    mark.classList.add("flash");
    setTimeout(() => mark.classList.remove("flash"), FLASH);
  };

  // Everything after these leads to the next question.
  const onChoice = (event) => {
    if (event.target.closest?.("#new, #chat .example")) document.querySelector("#box textarea")?.focus();
  };

  // A link names the button out of sight that asks again without a filter.
  const takeAway = (link) => {
    document.getElementById(link.getAttribute("href").slice(1)).click();
    document.querySelector("#box textarea")?.focus();
  };

  const onClick = (event) => {
    const filter = event.target.closest?.('a[href^="#without-"]');
    if (filter) {
      event.preventDefault();
      takeAway(filter);
    }
    const link = event.target.closest?.('a[href^="#cite-"]');
    const mark = link && document.getElementById(link.getAttribute("href").slice(1));
    if (mark) {
      event.preventDefault();
      show(mark);
    }
  };

  // The papers that the next question is limited to: their buttons in the panel stay pressed.
  const press = () => {
    const keys = (place) => [...document.querySelectorAll(`${place} button[data-paper]`)];
    const chosen = new Set(keys("#chosen").map((cross) => cross.dataset.paper));
    keys("#panel").forEach((button) => button.setAttribute("aria-pressed", chosen.has(button.dataset.paper)));
  };

  // The cross that was pressed is about to vanish, and would take the focus along.
  const onLift = (event) => {
    if (event.target.closest?.("#chosen .remove")) document.querySelector("#box textarea")?.focus();
  };

  // What the chat component tells screen readers, put right: it labels each message with its markup, and names a
  // list without items.
  const amend = () => {
    const all = (selector) => document.querySelectorAll(`#chat ${selector}`);
    all("[data-testid][aria-label]").forEach((message) => message.removeAttribute("aria-label"));
    all(".examples[role]").forEach((examples) => examples.removeAttribute("role"));
    // A tooltip of ours is shown to the keyboard as well.
    all("a.cite[title]").forEach((link) => {
      link.dataset.tip = link.title;
      link.removeAttribute("title");
    });
  };

  // A new question comes into sight, wherever the conversation was scrolled to.
  let asked = 0;
  const follow = () => {
    const questions = [...document.querySelectorAll("#chat .user-row")];
    if (questions.length > asked) {
      const question = questions.at(-1);
      const talk = question.closest(".panel-wrap, .bubble-wrap");
      const offset = question.getBoundingClientRect().top - talk.getBoundingClientRect().top;
      requestAnimationFrame(() => talk.scrollTo({ top: talk.scrollTop + offset, behavior: "auto" }));
    }
    asked = questions.length;
  };

  const tip = document.createElement("div");
  tip.id = "tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.append(tip);

  const tell = (link) => {
    const [title, quote] = link.dataset.tip.split(": “");
    const head = document.createElement("strong");
    head.textContent = title;
    tip.replaceChildren(head, quote ? `“${quote}` : "");
    tip.hidden = false;
    link.setAttribute("aria-describedby", "tip");
    const place = link.getBoundingClientRect();
    const left = Math.min(place.left, innerWidth - tip.offsetWidth - 8);
    const above = place.top > tip.offsetHeight + 12;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${above ? place.top - tip.offsetHeight - 6 : place.bottom + 6}px`;
  };

  const hush = () => {
    tip.hidden = true;
  };

  const onPoint = (event) => {
    const link = event.target.closest?.("a.cite[data-tip]");
    if (link) tell(link);
    else hush();
  };

  const prepare = () => {
    const panel = document.getElementById("panel");
    panel.setAttribute("role", "region");
    panel.setAttribute("aria-label", "Sources");
    panel.setAttribute("tabindex", "0");
    const changes = { attributeFilter: ["aria-label"], childList: true, subtree: true };
    const change = () => {
      amend();
      follow();
    };
    new MutationObserver(change).observe(document.getElementById("chat"), changes);
    amend();
    const chosen = document.getElementById("chosen");
    chosen.setAttribute("role", "status");
    const pressing = new MutationObserver(press);
    for (const place of [chosen, panel]) pressing.observe(place, { childList: true, subtree: true });
  };

  document.addEventListener("click", onClick, true);
  for (const name of ["mouseover", "focusin"]) document.addEventListener(name, onPoint);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hush());
  document.addEventListener("scroll", hush, true);
  document.addEventListener("click", onChoice);
  document.addEventListener("click", onLift);
  prepare();
})();

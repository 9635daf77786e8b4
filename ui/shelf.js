// The column of conversations: shown or not, renamed in place, and the address that names the open one.
(() => {
  const WIDE = matchMedia("(min-width: 1200px)");
  const NARROW = matchMedia("(max-width: 860px)");
  const KEY = "carrel-shelf";
  const root = document.documentElement;
  const toggle = document.getElementById("shelf-toggle");
  const aside = document.getElementById("aside");
  const shelf = document.getElementById("shelf");

  const isOpen = () => root.classList.contains("shelf-open");

  const show = (open) => {
    root.classList.toggle("shelf-open", open);
    toggle.setAttribute("aria-expanded", open);
  };

  const settle = () => {
    const chosen = localStorage.getItem(KEY);
    show(!NARROW.matches && (chosen ? chosen === "open" : WIDE.matches));
  };

  const onToggle = () => {
    show(!isOpen());
    if (!NARROW.matches) localStorage.setItem(KEY, isOpen() ? "open" : "closed");
    else if (isOpen()) close.focus();
  };

  // A drawer closes when something else is wanted.
  const onClick = (event) => {
    if (!NARROW.matches || !isOpen() || toggle.contains(event.target)) return;
    if (!aside.contains(event.target) || event.target.closest("a.open")) show(false);
  };

  const shut = () => {
    show(false);
    toggle.focus();
  };

  // What covers the page in a narrow window keeps the focus until it is closed: the drawer, or a paper of the library.
  const cover = () => (isOpen() ? aside : document.querySelector("#lib-paper:has(article)"));

  const keep = (event) => {
    const held = cover();
    if (!held?.checkVisibility()) return;
    event.preventDefault();
    const at = document.activeElement;
    const stops = [...held.querySelectorAll("a[href], button, input, textarea, summary")].filter((one) => one.checkVisibility());
    const beside = (way) => stops.filter((one) => held.contains(at) && at.compareDocumentPosition(one) & way);
    if (event.shiftKey) (beside(Node.DOCUMENT_POSITION_PRECEDING).at(-1) ?? stops.at(-1))?.focus();
    else (beside(Node.DOCUMENT_POSITION_FOLLOWING)[0] ?? stops[0])?.focus();
  };

  const onKey = (event) => {
    if (!NARROW.matches) return;
    if (event.key === "Tab") keep(event);
    if (event.key === "Escape" && isOpen()) shut();
  };

  const rename = (entry) => {
    const link = entry.querySelector("a.open");
    const field = Object.assign(document.createElement("input"), { value: link.textContent, maxLength: 80 });
    field.setAttribute("aria-label", "New title");
    let done = false;
    const end = (keep) => {
      if (done) return;
      done = true;
      field.replaceWith(link);
      link.focus();
      const detail = { id: entry.dataset.talk, title: field.value };
      if (keep) entry.dispatchEvent(new CustomEvent("rename", { bubbles: true, detail }));
    };
    field.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
    };
    field.onblur = () => end(true);
    link.replaceWith(field);
    field.select();
  };

  // The address names the open conversation: reloading the page, or another tab, finds it again.
  const address = () => {
    const open = shelf.querySelector("[data-open]")?.dataset.open;
    if (open === undefined) return;
    const here = new URL(location);
    if (open) here.searchParams.set("talk", open);
    else here.searchParams.delete("talk");
    if (here.href !== location.href) history.replaceState(history.state, "", here);
  };

  const look = () => {
    if (document.visibilityState !== "visible" || shelf.querySelector("input")) return;
    shelf.querySelector("[data-open]")?.dispatchEvent(new CustomEvent("refresh", { bubbles: true }));
  };

  shelf.addEventListener("click", (event) => {
    const pressed = event.target.closest("button.rename");
    if (pressed) rename(pressed.closest("[data-talk]"));
  });
  toggle.addEventListener("click", onToggle);
  toggle.setAttribute("aria-controls", "aside");
  const close = Object.assign(document.createElement("button"), { type: "button", className: "shut", textContent: "Close" });
  close.addEventListener("click", shut);
  aside.prepend(close);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", look);
  for (const size of [WIDE, NARROW]) size.addEventListener("change", settle);
  aside.setAttribute("role", "navigation");
  aside.setAttribute("aria-label", "Conversations");
  new MutationObserver(address).observe(shelf, { childList: true, subtree: true });
  settle();
})();

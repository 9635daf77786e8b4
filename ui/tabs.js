// The tabs behind the first: where the focus goes, and what is copied. Runs once, when the page loads.
(() => {
  // A part is put in anew when something in it was pressed; the focus stays on the same button.
  let held = null;
  const KEYS = ["do", "by", "to", "value", "paper", "name"];
  const path = (button) => KEYS.filter((key) => key in button.dataset)
    .filter((key) => !(key === "to" && "name" in button.dataset))
    .map((key) => `[data-${key}="${CSS.escape(button.dataset[key])}"]`).join("");

  const inTabs = (element) => element?.closest?.("#lib-head, #lib-side, #lib-table, #lib-paper, #lib-undo, #models");

  const onClick = (event) => {
    const pressed = event.target.closest?.("[data-do]");
    const part = inTabs(pressed);
    if (!part) {
      held = null;
      return;
    }
    held = { part: part.id, path: path(pressed), does: pressed.dataset.do };
    if (part.id === "lib-side" && matchMedia("(max-width: 860px)").matches) {
      document.getElementById("lib-table").scrollIntoView();
    }
    if (pressed.dataset.do === "only") {
      setTimeout(() => document.querySelector("#box textarea")?.focus(), 600);
      held = null;
    }
  };

  const put = (selector) => {
    const found = document.querySelector(selector);
    const target = found?.matches("tr") ? found.querySelector("button") : found;
    if (target?.disabled) return;
    target?.focus({ preventScroll: true });
  };

  let opened = null;
  const restore = () => {
    const title = document.querySelector("#lib-paper h2");
    if (held?.does === "open" && title && title.textContent !== opened?.text) {
      opened = { text: title.textContent, row: held.part === "lib-table" ? held.path : opened?.row };
      title.focus({ preventScroll: true });
      title.closest("#lib-paper").scrollTop = 0;
      held = null;
      return;
    }
    if (!title && opened) {
      held = { part: "lib-table", path: opened.row ?? "button", does: "back" };
      opened = null;
    }
    if (held && document.activeElement === document.body) put(`#${held.part} ${held.path}`);
  };

  const onCopy = (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    navigator.clipboard?.writeText(button.dataset.copy);
    const text = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = text; }, 1500);
  };

  // Escape closes the paper.
  const onKey = (event) => {
    if (event.key === "Escape" && event.target.closest?.("#lib-paper, #lib-table")) {
      document.querySelector("#lib-paper [data-do=close]")?.click();
    }
  };

  // How the page looks is kept in this browser.
  const LOOK = { theme: "system", size: "normal" };
  const PERCENT = { small: "90%", normal: "", large: "115%", largest: "135%" };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const look = () => {
    try {
      return { ...LOOK, ...JSON.parse(localStorage.getItem("carrel-look") ?? "{}") };
    } catch {
      return LOOK;
    }
  };
  const dress = () => {
    const { theme, size } = look();
    document.documentElement.style.fontSize = PERCENT[size] ?? "";
    document.body.classList.toggle("dark", theme === "system" ? system.matches : theme === "dark");
  };
  const onLook = ({ target }) => {
    if (!target.dataset?.look) return;
    localStorage.setItem("carrel-look", JSON.stringify({ ...look(), [target.dataset.look]: target.value }));
    dress();
  };
  const check = () => {
    for (const [name, value] of Object.entries(look())) {
      const wanted = document.querySelector(`#settings [data-look="${name}"][value="${CSS.escape(value)}"]`);
      if (wanted && !wanted.checked) wanted.checked = true;
    }
  };
  document.addEventListener("change", onLook);
  system.addEventListener("change", dress);
  new MutationObserver(check).observe(document.getElementById("tabs"), { childList: true, subtree: true });
  dress();

  document.addEventListener("click", onClick, true);
  document.addEventListener("click", onCopy);
  document.addEventListener("keydown", onKey);
  new MutationObserver(restore).observe(document.getElementById("tabs"), { childList: true, subtree: true });
})();

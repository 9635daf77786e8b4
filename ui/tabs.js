// The tabs behind the first. Runs once, when the page loads.
(() => {
})();

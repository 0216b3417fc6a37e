// Reloads the preview when a file has changed; the forms themselves have no script.
(async () => {
  const bar = document.getElementById("preview-state");
  let seen = bar.dataset.seen;
  for (;;) {
    try {
      const answer = await fetch("/changes?seen=" + seen, { cache: "no-store" });
      if ((await answer.text()) !== seen) { location.href = bar.dataset.again; return; }
    } catch {
      bar.textContent = bar.dataset.gone;
      await new Promise((wait) => setTimeout(wait, 2000));
    }
  }
})();

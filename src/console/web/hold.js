// Buttons that are slow to press: what frightens a county is not done by a slip. They work without this, behind a box to
// tick.
"use strict";
document.querySelectorAll("button[data-hold-ms]").forEach(function (button) {
  var timer = null, held = false;
  function begin() {
    if (timer || !button.form.reportValidity()) { return; }
    button.classList.add("held");
    timer = setTimeout(function () { held = true; button.click(); }, Number(button.dataset.holdMs));
  }
  function end() {
    clearTimeout(timer);
    timer = null;
    button.classList.remove("held");
  }
  button.addEventListener("pointerdown", begin);
  button.addEventListener("keydown", function (event) {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); begin(); }
  });
  ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"].forEach(function (name) { button.addEventListener(name, end); });
  button.addEventListener("contextmenu", function (event) { event.preventDefault(); });
  button.addEventListener("click", function (event) {
    if (!held) { event.preventDefault(); }
    held = false;
  });
});

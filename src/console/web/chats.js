// Copies a text, and hands a file to another program of the telephone. Without it, texts are marked and copied by hand, and
// files are saved.
"use strict";
(function () {
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    var text = button.closest(".task").querySelector("textarea");
    button.hidden = false;
    button.addEventListener("click", function () {
      text.select();
      if (navigator.clipboard) { navigator.clipboard.writeText(text.value); } else { document.execCommand("copy"); }
      button.classList.add("main");
    });
  });
  if (!navigator.canShare) { return; }
  document.querySelectorAll("[data-share]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      fetch(button.dataset.share).then(function (answer) { return answer.blob(); }).then(function (blob) {
        var file = new File([blob], button.dataset.name, { type: button.dataset.kind });
        if (navigator.canShare({ files: [file] })) { return navigator.share({ files: [file] }); }
      }).catch(function () { button.hidden = true; });
    });
  });
}());

// Shows what is found in a text while it is typed. Without it, saving tells the same.
"use strict";
(function () {
  document.querySelectorAll("form[data-lint]").forEach(function (form) {
    var place = (form.closest("section") || form).querySelector(".found");
    var timer = 0, asked = 0;
    if (!place) {
      place = document.createElement("div");
      form.after(place);
    }
    place.setAttribute("aria-live", "polite");
    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(function () {
        var turn = ++asked;
        fetch(form.dataset.lint, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then(function (answer) {
          return answer.ok ? answer.text() : "";
        }).then(function (text) {
          if (text && turn === asked) { place.innerHTML = text; }
        }).catch(function () {});
      }, 400);
    });
  });
}());

// Puts the parts of the page that changed in their places. Without it, loading the page again does the same.
"use strict";
(function () {
  if (!window.EventSource) { return; }
  // The page of one order shows that one alone, and is another page once the order stands otherwise.
  function only(place, data) {
    var all = document.createElement("template");
    all.innerHTML = data;
    var mine = all.content.querySelector("[data-order='" + place.dataset.order + "']");
    if (!mine || mine.dataset.state !== place.dataset.state) { location.reload(); return; }
    place.replaceChildren(mine);
  }
  var events = new EventSource("/live");
  ["alerts", "needs", "board"].forEach(function (id) {
    events.addEventListener(id, function (event) {
      var place = document.getElementById(id);
      if (place && place.dataset.order) { only(place, event.data); } else if (place) { place.innerHTML = event.data; }
    });
  });
  events.onerror = function () { document.body.classList.add("stale"); };
  events.onopen = function () { document.body.classList.remove("stale"); };
  window.addEventListener("pagehide", function () { events.close(); });
}());

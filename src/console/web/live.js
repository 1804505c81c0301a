// Puts the parts of the page that changed in their places. Without it, loading the page again does the same.
"use strict";
(function () {
  if (!window.EventSource) { return; }
  var events = new EventSource("/live");
  ["needs", "board"].forEach(function (id) {
    events.addEventListener(id, function (event) {
      var place = document.getElementById(id);
      if (place) { place.innerHTML = event.data; }
    });
  });
  events.onerror = function () { document.body.classList.add("stale"); };
  events.onopen = function () { document.body.classList.remove("stale"); };
  window.addEventListener("pagehide", function () { events.close(); });
}());

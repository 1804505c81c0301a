// Records in the browser: level meter, waveform, listening, taking again; or takes a file. What is sent is the recording
// itself, and the page it was read from.
"use strict";
(function () {
  var box = document.getElementById("recorder");
  if (!box) { return; }
  box.hidden = false;
  var part = function (id) { return document.getElementById(id); };
  var take = null, kind = "webm", recorder = null, stream = null, context = null, began = 0, drawing = 0;

  function can() {
    return window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
  }
  if (!can()) {
    part("start").disabled = true;
    part("no-microphone").hidden = false;
  }

  function tell(text) {
    part("sent").textContent = text;
  }

  function taken(blob, name) {
    take = blob;
    kind = name;
    part("listen").src = URL.createObjectURL(blob);
    part("listen").hidden = false;
    part("send").disabled = false;
    part("sent").textContent = "";
    wave(blob);
  }

  function wave(blob) {
    var canvas = part("wave"), pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    var sound = new (window.AudioContext || window.webkitAudioContext)();
    blob.arrayBuffer().then(function (bytes) { return sound.decodeAudioData(bytes); }).then(function (decoded) {
      var samples = decoded.getChannelData(0), step = Math.max(1, Math.floor(samples.length / canvas.width));
      pen.fillStyle = "#0b5394";
      for (var x = 0; x < canvas.width; x++) {
        var peak = 0;
        for (var i = x * step; i < Math.min(samples.length, (x + 1) * step); i++) { peak = Math.max(peak, Math.abs(samples[i])); }
        var height = Math.max(1, peak * canvas.height);
        pen.fillRect(x, (canvas.height - height) / 2, 1, height);
      }
    }).catch(function () {}).then(function () { sound.close(); });
  }

  function meter(analyser) {
    var samples = new Float32Array(analyser.fftSize);
    function look() {
      analyser.getFloatTimeDomainData(samples);
      var peak = 0;
      for (var i = 0; i < samples.length; i++) { peak = Math.max(peak, Math.abs(samples[i])); }
      part("level").value = peak;
      part("time").textContent = Math.floor((Date.now() - began) / 1000) + " s";
      drawing = requestAnimationFrame(look);
    }
    look();
  }

  function ended() {
    cancelAnimationFrame(drawing);
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    if (context) { context.close(); }
    stream = context = null;
    part("start").disabled = false;
    part("stop").disabled = true;
    part("level").value = 0;
  }

  part("start").addEventListener("click", function () {
    // What a loudspeaker plays is the voice, not what a program for calls makes of it.
    var wanted = { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 } };
    navigator.mediaDevices.getUserMedia(wanted).then(function (found) {
      stream = found;
      context = new (window.AudioContext || window.webkitAudioContext)();
      var analyser = context.createAnalyser();
      context.createMediaStreamSource(stream).connect(analyser);
      var kinds = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
      var mime = kinds.filter(function (one) { return MediaRecorder.isTypeSupported(one); })[0];
      var parts = [];
      recorder = new MediaRecorder(stream, mime ? { mimeType: mime, audioBitsPerSecond: 128000 } : {});
      recorder.ondataavailable = function (event) { parts.push(event.data); };
      recorder.onstop = function () {
        var type = recorder.mimeType || mime || "audio/webm";
        ended();
        taken(new Blob(parts, { type: type }), type.indexOf("mp4") >= 0 ? "m4a" : type.indexOf("ogg") >= 0 ? "ogg" : "webm");
      };
      began = Date.now();
      recorder.start();
      part("start").disabled = true;
      part("stop").disabled = false;
      part("send").disabled = true;
      meter(analyser);
    }).catch(function () {
      part("no-microphone").hidden = false;
    });
  });

  part("stop").addEventListener("click", function () {
    if (recorder && recorder.state !== "inactive") { recorder.stop(); }
  });

  part("file").addEventListener("change", function () {
    var file = part("file").files[0];
    if (file) { taken(file, (file.name.split(".").pop() || "audio")); }
  });

  part("send").addEventListener("click", function () {
    if (!take) { return; }
    var said = new URLSearchParams({
      read: box.dataset.read, broadcast: box.dataset.broadcast, kind: kind,
      speaker: part("speaker").value, voice: part("voice").value
    });
    part("send").disabled = true;
    tell("…");
    fetch(box.dataset.action + "?" + said, {
      method: "POST", body: take,
      headers: { "x-token": box.querySelector("input[name=token]").value, "content-type": "application/octet-stream" }
    }).then(function (answer) {
      return answer.text().then(function (text) {
        if (answer.ok || answer.status === 422) { part("sent").innerHTML = text; } else { tell(box.dataset.lost); }
        part("send").disabled = answer.ok;
      });
    }).catch(function () {
      tell(box.dataset.lost);
      part("send").disabled = false;
    });
  });
}());

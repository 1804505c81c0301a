// An approver signs an order in this browser: the passphrase opens the key here, and only the signature leaves.
// The key file is that of src/county/keys/approver.rs; what is signed is DSSE's encoding of the order's exact bytes.
"use strict";
(function () {
  var form = document.getElementById("sign");
  if (!form) { return; }
  var told = document.getElementById("sign-told");

  function bytes(base64) { return Uint8Array.from(atob(base64), function (c) { return c.charCodeAt(0); }); }

  function joined(parts) {
    var all = new Uint8Array(parts.reduce(function (sum, part) { return sum + part.length; }, 0)), at = 0;
    parts.forEach(function (part) { all.set(part, at); at += part.length; });
    return all;
  }

  // The 32 bytes of the private key.
  async function opened(file, passphrase, noble) {
    var head = Object.assign({}, file);
    delete head.sealed;
    var text = new TextEncoder();
    var cost = { t: file.cost.passes, m: file.cost.memory_kib, p: file.cost.lanes, dkLen: 32 };
    var key = await noble.argon2idAsync(text.encode(passphrase), bytes(file.salt), cost);
    return noble.chacha20poly1305(key, bytes(file.nonce), text.encode(JSON.stringify(head))).decrypt(bytes(file.sealed));
  }

  async function signed(secret, type, payload) {
    // RFC 8410, section 7: an Ed25519 private key as PKCS #8.
    var head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    var key = await crypto.subtle.importKey("pkcs8", joined([Uint8Array.from(head), secret]), "Ed25519", false, ["sign"]);
    var text = new TextEncoder().encode("DSSEv1 " + type.length + " " + type + " " + payload.length + " ");
    return new Uint8Array(await crypto.subtle.sign("Ed25519", key, joined([text, payload])));
  }

  function say(why) {
    told.textContent = form.dataset[why];
    told.hidden = false;
  }

  form.addEventListener("submit", async function (event) {
    event.preventDefault();
    var button = form.querySelector("button"), file = null;
    told.hidden = true;
    button.disabled = true;
    try {
      try { file = JSON.parse(await document.getElementById("key").files[0].text()); } catch (e) { return say("damaged"); }
      if (file.key !== form.dataset.key || file.kdf !== "argon2id" || file.cipher !== "chacha20poly1305") { return say("other"); }
      if (!window.crypto.subtle) { return say("old"); }
      var noble = await import(form.dataset.noble), secret = null, signature = null;
      try { secret = await opened(file, document.getElementById("passphrase").value, noble); } catch (e) { return say("wrong"); }
      try { signature = await signed(secret, form.dataset.type, bytes(form.dataset.payload)); } catch (e) { return say("old"); }
      secret.fill(0);
      document.getElementById("passphrase").value = "";
      document.getElementById("signature").value = btoa(String.fromCharCode.apply(null, signature));
      document.getElementById("signed").submit();
    } finally {
      button.disabled = false;
    }
  });
}());

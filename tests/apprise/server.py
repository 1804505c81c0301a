"""POST /notify/{key} of the Apprise API, as its documentation has it, on the real library: the server itself is on no
package index. Configurations: a folder with one file of Apprise URLs for each key. Prints its port."""

import email
import json
import os
import sys
import tempfile
from wsgiref.simple_server import WSGIRequestHandler, make_server

import apprise
from apprise.attachment.file import AttachFile

FOLDER = sys.argv[1]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def answer(environ, start_response):
    def say(status, text=None):
        body = b"" if text is None else json.dumps(text).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] != "POST" or not path.startswith("/notify/"):
        return say("404 Not Found", {"error": "no such page"})
    configuration = os.path.join(FOLDER, os.path.basename(path))
    if not os.path.exists(configuration):
        return say("204 No Content")
    attach = apprise.AppriseAttachment()
    files = []
    kind = environ["CONTENT_TYPE"]
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    if kind.startswith("application/json"):
        fields = json.loads(body)
    else:
        fields = {}
        form = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        for item in form.get_payload():
            name = item.get_param("name", header="content-disposition")
            value = item.get_payload(decode=True)
            if item.get_filename():
                file = tempfile.NamedTemporaryFile()
                file.write(value)
                file.flush()
                files.append(file)
                attach.add(AttachFile(file.name, name=item.get_filename(), mimetype=item.get_content_type()))
            else:
                fields[name] = value.decode()
    if not fields.get("body") and not files:
        return say("400 Bad Request", {"error": "Minimum requirements not met"})
    config = apprise.AppriseConfig()
    config.add(configuration)
    notifier = apprise.Apprise()
    notifier.add(config)
    done = notifier.notify(
        fields.get("body", ""),
        title=fields.get("title", ""),
        notify_type=fields.get("type", "info"),
        body_format=fields.get("format"),
        tag=fields.get("tag"),
        attach=attach if files else None,
    )
    if not done:
        return say("424 Failed Dependency", {"error": "One or more notification could not be sent"})
    return say("200 OK", {"error": None})


server = make_server("127.0.0.1", 0, answer, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()

"""An S3 emulator on one port: moto with one answer corrected.

moto 5.2.1 ends a multipart upload with the root element CompleteMultipartUploadResponse; S3, and the AWS SDK inside Flink's
S3 plugins, say CompleteMultipartUploadResult. Without the correction every commit of a file sink fails.

usage: s3_emulator.py PORT FAULTS [ADDRESS]
The file FAULTS says what is wrong for a while: {"refuseWrites": true, "writeDelay": 3}.
"""

import json
import logging
import sys
import time

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

WRONG = b"CompleteMultipartUploadResponse"
RIGHT = b"CompleteMultipartUploadResult"


def corrected(application):
    def answer(environ, start_response):
        query = environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] != "POST" or "uploadId=" not in query:
            return application(environ, start_response)
        return corrected_answer(application, environ, start_response)

    return answer


def corrected_answer(application, environ, start_response):
    head = {}

    def keep(status, headers, exc_info=None):
        head.update(status=status, headers=headers)

    parts = application(environ, keep)
    body = b"".join(parts).replace(WRONG, RIGHT)
    if hasattr(parts, "close"):
        parts.close()
    headers = [(name, value) for name, value in head["headers"] if name.lower() != "content-length"]
    start_response(head["status"], [*headers, ("Content-Length", str(len(body)))])
    return [body]


SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"


def disturbed(application, file):
    def answer(environ, start_response):
        if environ["REQUEST_METHOD"] not in ("PUT", "POST"):
            return application(environ, start_response)
        faults = read(file)
        time.sleep(faults.get("writeDelay", 0))
        if not faults.get("refuseWrites"):
            return application(environ, start_response)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("503 Slow Down", [("Content-Type", "application/xml"), ("Content-Length", str(len(SLOW_DOWN)))])
        return [SLOW_DOWN]

    return answer


def read(file):
    try:
        with open(file) as content:
            return json.load(content)
    except FileNotFoundError:
        return {}


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    dispatcher = DomainDispatcherApplication(create_backend_app)
    application = disturbed(corrected(dispatcher), sys.argv[2])
    address = sys.argv[3] if len(sys.argv) > 3 else "127.0.0.1"
    run_simple(address, int(sys.argv[1]), application, threaded=True)

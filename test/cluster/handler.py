"""Runs the CDK's own custom-resource handler: one event a line on standard input, one answer a line on standard output.

usage: handler.py FOLDER-OF-THE-HANDLER FOLDERS-FOR-PATH
"""
import importlib
import json
import logging
import os
import sys

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # what the handler prints is its log
sys.path.insert(0, sys.argv[1])
path = os.environ["PATH"]
handler = importlib.import_module("index").handler
# The modules put the folders of a Lambda function in front.
os.environ["PATH"] = sys.argv[2] + os.pathsep + path
logging.basicConfig(stream=sys.stderr, force=True, level=logging.INFO)

for line in sys.stdin:
    try:
        answer = {"ok": handler(json.loads(line), None)}
    except BaseException as error:  # a Lambda function answers any failure with its text
        answer = {"error": str(error)}
    answers.write(json.dumps(answer) + "\n")

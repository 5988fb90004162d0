#!/usr/bin/env python3
"""Reads the rows of a Kubevigil stream and prints each as a line of JSON, every row once.

Needs nothing but Python 3.8. Whatever cuts the connection, it connects again and goes on after the last record that
it has handled; with --state that record is remembered in a file, so that it also goes on after it was restarted.

    python3 consume.py http://127.0.0.1:24926/stream --from 10m --state last-id | head
"""
import argparse
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# Heartbeats come each 15 seconds: a connection that says nothing for longer is dead.
SILENCE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30


def connect(url, start, last_id):
    """Opens the stream after `last_id`, or without one at the time `start`, or with what comes next."""
    if start and not last_id:
        url += "?" + urllib.parse.urlencode({"from": start})
    request = urllib.request.Request(url, headers={"Accept": "application/x-ndjson"})
    if last_id:
        request.add_header("Last-Event-ID", last_id)
    return urllib.request.urlopen(request, timeout=SILENCE_SECONDS)


def lines_of(response):
    """The whole lines of an answer; what is cut off in the middle is no line."""
    for line in response:
        if line.endswith(b"\n"):
            yield line


def handle(record):
    """What to do with a record: put your own here."""
    if record["type"] == "row":
        print(json.dumps(record["row"], ensure_ascii=False), flush=True)
    elif record["type"] in ("gap", "late", "label"):
        print(json.dumps(record), file=sys.stderr, flush=True)


def remember(path, last_id):
    """Replaces the file as a whole, so that it never holds half an id."""
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        file.write(last_id)
    os.replace(path + ".tmp", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("url", help="such as http://127.0.0.1:24926/stream")
    parser.add_argument("--from", dest="start", help="where to begin: RFC 3339, Unix seconds, or 10m")
    parser.add_argument("--state", help="file that remembers the last record")
    arguments = parser.parse_args()
    last_id = None
    if arguments.state and os.path.exists(arguments.state):
        with open(arguments.state, encoding="utf-8") as file:
            last_id = file.read()
    pause = 1
    while True:
        try:
            with connect(arguments.url, arguments.start, last_id) as response:
                for line in lines_of(response):
                    record = json.loads(line)
                    handle(record)
                    pause = 1
                    if "id" in record:
                        last_id = record["id"]
                        if arguments.state:
                            remember(arguments.state, last_id)
        except urllib.error.HTTPError as error:
            reason = error.read().decode("utf-8", "replace").strip()
            if error.code < 500:
                sys.exit(f"{arguments.url} refuses ({error.code}): {reason}")
            print(f"{arguments.url} answers {error.code}: {reason}", file=sys.stderr)
        except BrokenPipeError:
            raise
        except (OSError, http.client.HTTPException) as error:
            print(f"cut off: {error}", file=sys.stderr)
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        # Whoever read our output has enough; without this Python would complain of the broken pipe at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

#!/usr/bin/env python3
"""Writes rules/operations.txt.gz: the operations of AWS by the name under which CloudTrail logs their service.

The facts are the service models that AWS publishes with its SDK for Python. Several versions may be given: an
operation that was retired since still stands in old logs.

    python3 -m venv venv && venv/bin/pip install botocore
    venv/bin/pip install --no-deps --target old botocore==1.29.0
    venv/bin/pip install --no-deps --target middle botocore==1.38.0
    tools/operations.py rules/operations.txt.gz {old,middle,venv/lib/python3*/site-packages}/botocore/data

What is logged and is no operation, or is logged under another name, stands in rules/event_names.toml by hand.
"""

import gzip
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

# Folders of models whose service is logged under another name than the one that signs its requests.
LOGGED_AS = {
    "application-autoscaling": "autoscaling",
    "autoscaling-plans": "autoscaling",
    "cloudwatch": "monitoring",
    "connectparticipant": "connect",
    "s3outposts": "s3",
    "servicecatalog-appregistry": "servicecatalog-appregistry",
    "sso": "sso",
    "sso-oidc": "sso",
}

# Names under which the operations of a service are logged as well.
ALSO = {
    "appstream": ["appstream2"],
    "autoscaling": ["application-autoscaling", "autoscaling-plans"],
    "identitystore": ["sso-directory"],
    "lex": ["lexv2"],
    "rds-data": ["rdsdata"],
    "s3": ["s3express", "s3-object-lambda", "s3-outposts"],
    "ses": ["email"],
}


def source(folder, metadata):
    """The name that stands before `.amazonaws.com` in eventSource: mostly the one that signs requests."""
    name = metadata.get("signingName") or metadata.get("endpointPrefix", folder)
    return LOGGED_AS.get(folder, name)


def models(root):
    for path in sorted(Path(root).glob("*/*/service-2.json*")):
        read = gzip.open if path.suffix == ".gz" else open
        with read(path) as file:
            yield path.parent.parent.name, json.load(file)


def main(target, roots):
    table = defaultdict(set)
    for root in roots:
        for folder, model in models(root):
            names = {operation["name"] for operation in model["operations"].values()}
            # CloudFront writes its version behind each name: `ListDistributions2020_05_31`.
            names = {re.sub(r"20\d\d_\d\d_\d\d$", "", name) for name in names}
            table[source(folder, model["metadata"])] |= names
    # Without a time in it, the same models give the same file.
    with open(target, "wb") as file:
        file.write(gzip.compress("\n".join(lines(table)).encode() + b"\n", mtime=0))


def lines(table):
    """Names with the same first word share a line."""
    yield "# The operations of AWS by service, made by tools/operations.py. `[service other-name]` opens a block;"
    yield "# `Verb A B` stands for VerbA and VerbB, and `-` for the verb alone."
    for source, names in sorted(table.items()):
        yield f"[{' '.join([source, *ALSO.get(source, [])])}]"
        verbs = defaultdict(list)
        for name in sorted(names):
            verb = re.match(r"[A-Za-z]?[a-z0-9]*", name)[0]
            verbs[verb].append(name[len(verb) :] or "-")
        for verb, rest in sorted(verbs.items()):
            yield f"{verb} {' '.join(rest)}"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

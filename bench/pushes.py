"""Records in the manner of what the API of a host of code sends: one kind, with lists in lists, drawn from a seed."""

import datetime
import json
import random
import string

KINDS = ("PushEvent", "PullRequestEvent", "IssuesEvent", "WatchEvent", "ForkEvent")
FIRST = datetime.datetime(2026, 1, 1)


def write(path, records=300_000):
    """One record a line."""
    draw = random.Random(7)
    words = ["".join(draw.choice(string.ascii_lowercase) for _ in range(draw.randint(3, 9))) for _ in range(500)]

    def file():
        return {"name": f"src/{draw.choice(words)}/{draw.choice(words)}.py", "additions": draw.randint(0, 200),
                "deletions": draw.randint(0, 50)}

    def commit():
        return {"sha": f"{draw.getrandbits(160):040x}", "message": " ".join(draw.choices(words, k=draw.randint(3, 8))),
                "distinct": draw.random() < .9, "files": [file() for _ in range(draw.randint(0, 2))]}

    def record(number):
        user, repo = draw.randint(1, 50_000), draw.randint(1, 20_000)
        commits = [commit() for _ in range(draw.randint(0, 2))]
        return {"id": str(10_000_000_000 + number), "type": draw.choice(KINDS),
                "actor": {"id": user, "login": f"user{user}", "url": f"https://api.example.com/users/user{user}"},
                "repo": {"id": repo, "name": f"org{repo % 500}/repo{repo}"},
                "payload": {"push_id": number * 3, "ref": "refs/heads/" + draw.choice(["main", "dev", "fix"]),
                            "score": round(draw.random() * 100, 3), "commits": commits},
                "labels": draw.sample(words[:40], draw.randint(0, 4)), "public": True,
                "created_at": (FIRST + datetime.timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")}

    with open(path, "w", encoding="utf-8") as out:
        for number in range(records):
            out.write(json.dumps(record(number)) + "\n")

"""`python -m demo`: a makerspace to try on this machine, or with --smoke a proof that it works."""

import argparse
import sys

from demo import show, smoke
from demo.processes import StartError
from demo.supervisor import AlreadyRunning


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="drive the main job, then exit 0 or 1")
    parser.add_argument("--lan", action="store_true", help="let phones on this network open it")
    parser.add_argument("--port", type=int, default=8000, help="of the web pages (default 8000)")
    arguments = parser.parse_args()
    try:
        if arguments.smoke:
            return smoke.run()
        show.run(port=arguments.port, lan=arguments.lan)
    except (StartError, AlreadyRunning, OSError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

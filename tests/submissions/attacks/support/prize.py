"""How an attack says that it got what it wanted."""

import os


def won():
    os.write(1, b"attack succeeded\n")


def won_if(act):
    """Won, unless `act` raises or returns something false. Says whether."""
    try:
        result = act()
    except BaseException:
        return False
    if result:
        won()
    return bool(result)

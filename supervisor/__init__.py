"""Our own process supervisor: the embedded servers and the processes of `./lotse up`.

It imports nothing of Django, so that it starts at once and stays small.
"""

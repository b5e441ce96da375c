"""What a user can cause and mend. Every other exception that ends a command is a bug of the grader's own."""


class UserError(Exception):
    """Something that a user can cause: the text is one clear line on what, where and what to do.

    status: the exit status of a command that ends with it, 2 where nothing was done and 1 where the rest was.
    """

    status = 2

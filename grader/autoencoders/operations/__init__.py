"""What a harness can be asked for in this lab, beside what it can in any."""

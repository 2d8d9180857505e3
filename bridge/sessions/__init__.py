"""Sessions: a browser's proven login, how it is opened, checked, found and ended.

Owns: opening (`opening`), ending, by one function whatever the cause (`ending`), checking whether CamDigiKey
still stands by it (`watch`), signing out at CamDigiKey (`upstream`), and finding a person's or a client's
Sessions (`index`).
Leaves to others: when a login has succeeded (login), and how clients are told of an end (outbound).
"""

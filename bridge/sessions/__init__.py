"""Sessions: how each browser's proven login is opened, watched, found and ended.

Owns: opening (`opening`), the one way of ending whatever the cause (`ending`), the watch over CamDigiKey's
token (`watch`), and finding a person's or a client's Sessions (`index`).
Leaves to others: when a login has succeeded (login), and how clients are told of an end (outbound).
"""

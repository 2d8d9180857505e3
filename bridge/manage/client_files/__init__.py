"""Applications in a file: what the file says, what would change, and the change (`bridge client apply`).

Owns: the text as values (`text`), the values as applications (`wanted`), all faults of a file at once
(`faults`), secrets by reference (`secrets`), what becomes of each application (`planning`), what a prune may
do (`prune`), the plan that is shown, saved and carried out (`plan`, `saved_plan`), the use cases
(`administration`), and the way back (`export`).
Leaves to others: which fields there are and how they are checked (domain.client_metadata, `client_checks`),
where a reference to a secret leads, and what is printed (cli).
"""

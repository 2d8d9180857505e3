"""What the bridge talks about, as frozen values: no input or output, standard library only.

A new state is a new value (`dataclasses.replace`). The one decision taken here is `interaction.next_step`.
"""

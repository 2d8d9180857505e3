"""The types of ids: mypy refuses the id of one kind of thing where that of another is wanted."""

from typing import NewType

ClientId = NewType("ClientId", str)  # a registered relying party (RFC 6749 §2.2)
SubjectId = NewType("SubjectId", str)  # a person in our stores; never sent out
Sub = NewType("Sub", str)  # a person as one client knows them (OIDC Core §2)
Sid = NewType("Sid", str)  # a Session as clients know it (OIDC Back-Channel Logout §2.1)
SessionKey = NewType("SessionKey", str)  # SHA-256 of a Session cookie's secret
BrowserId = NewType("BrowserId", str)  # SHA-256 of the browser's cookie
InteractionId = NewType("InteractionId", str)
GrantId = NewType("GrantId", str)  # the first part of every credential of the Grant
HandoffKey = NewType("HandoffKey", str)
ConfirmationKey = NewType("ConfirmationKey", str)
ConnectorId = NewType("ConnectorId", str)  # a CamDigiKey account of ours
Kid = NewType("Kid", str)  # a signing key (RFC 7517 §4.5)
AdministratorId = NewType("AdministratorId", str)
ClientPersonId = NewType("ClientPersonId", str)  # a person of one application, in its addresses

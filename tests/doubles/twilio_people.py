"""Women on WhatsApp: what they do is posted as Twilio would, what the program sends is in `messages`."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tests.doubles.ledger import File
from tests.doubles.people import Reader
from tests.doubles.twilio_messages import TwilioMessage, new_sid

if TYPE_CHECKING:
    from tests.doubles.twilio import TwilioDouble

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)


class TwilioPerson(Reader[TwilioMessage]):
    """One woman. `address` is a number or, if she hides it, `whatsapp:ID.…`; `external_id` outlives both."""

    def __init__(self, double: "TwilioDouble", address: str, name: str, external_id: str) -> None:
        super().__init__(double)
        self.address, self.name, self.external_id, self._double = address, name, external_id, double
        self.heard_at: datetime | None = None  #: her last message: the 24-hour window starts here
        self.has_blocked = False
        self.shown: list[TwilioMessage] = []

    @property
    def messages(self) -> Sequence[TwilioMessage]:
        """Everything that reached her, oldest first; what failed is only in the double's `sent`."""
        return tuple(self.shown)

    @property
    def sequence(self) -> int:
        """The newest change on any phone."""
        return self._double.sequence

    def moves_to(self, address: str) -> None:
        """From now on she writes from another address (a number, a username) with the same `external_id`."""
        self._double.persons[address] = self
        self.address = address

    def says(self, text: str) -> str:
        """Types a message. Returns its SID, as every act does."""
        return self._sends({"Body": text})

    def presses(self, label: str) -> str:
        """Presses the newest button or list row of that label. Raises AssertionError if there is none."""
        message, button = self.with_button(label)
        return self.presses_data(button.data, label, message)

    def presses_data(self, data: str, label: str, message: TwilioMessage | None = None) -> str:
        """Presses with any data: old, foreign and forged buttons; on the newest message if none is given."""
        pressed = message or (self.messages[-1] if self.messages else None)
        names = ("ListId", "ListTitle") if pressed and pressed.list_button else ("ButtonPayload", "ButtonText")
        form = {"MessageType": "interactive", "Body": label, names[0]: data, names[1]: label}
        if pressed:
            form |= {"OriginalRepliedMessageSid": pressed.sid, "OriginalRepliedMessageSender": pressed.sender}
        return self._sends(form)

    def sends_location(self, latitude: float, longitude: float, label: str = "", address: str = "") -> str:
        """Shares a place."""
        form = {"MessageType": "location", "Body": "", "Latitude": str(latitude), "Longitude": str(longitude)}
        return self._sends(form | ({"Label": label} if label else {}) | ({"Address": address} if address else {}))

    def sends_photo(self, data: bytes = JPEG, caption: str = "") -> str:
        """A picture, at a media address of the double."""
        return self.sends_media("image", "image/jpeg", data, caption)

    def sends_voice(self, data: bytes = b"OggS" + bytes(60)) -> str:
        """A voice note."""
        return self.sends_media("audio", "audio/ogg", data)

    def sends_sticker(self, data: bytes = b"RIFF" + bytes(60)) -> str:
        """A sticker."""
        return self.sends_media("sticker", "image/webp", data)

    def sends_contact(self, phone_number: str) -> str:
        """An address-book card."""
        card = f"BEGIN:VCARD\nVERSION:3.0\nFN:{self.name}\nTEL:{phone_number}\nEND:VCARD\n"
        return self.sends_media("contacts", "text/vcard", card.encode())

    def sends_media(self, message_type: str, content_type: str, data: bytes, caption: str = "") -> str:
        """Any one file."""
        media_sid = f"ME{new_sid()[2:]}"
        file = File(media_sid, content_type, data, media_sid)
        form = {
            "MessageType": message_type,
            "Body": caption,
            "NumMedia": "1",
            "MediaContentType0": content_type,
        }
        return self._sends(form, file)

    def sends_form(self, form: dict[str, str]) -> str:
        """Any fields at all, on top of the usual ones."""
        return self._sends(form)

    def _sends(self, form: dict[str, str], file: File | None = None) -> str:
        return self._double.in_loop(lambda: self._arrive(form, file))

    def _arrive(self, form: dict[str, str], file: File | None) -> str:
        self.acted()
        sid = new_sid(1 if file else 0)
        self.heard_at = self._double.clock.now()
        whole = self._usual(sid) | form
        if file:
            whole["MediaUrl0"] = self._double.media_url(sid, file.file_id)
        self._double.receive(self, sid, whole, file)
        return sid

    def _usual(self, sid: str) -> dict[str, str]:
        profile = {"type": "whatsapp", "data": {"context": {"ProfileName": self.name}}}
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self._double.account_sid,
        }
        form |= {"From": self.address, "To": self._double.sender, "ProfileName": self.name, "Body": ""}
        form |= {"NumMedia": "0", "NumSegments": "1", "ReferralNumMedia": "0", "SmsStatus": "received"}
        form |= {"ApiVersion": "2010-04-01", "MessageType": "text", "ExternalUserId": self.external_id}
        form["ChannelMetadata"] = json.dumps(profile)
        number = self.address.removeprefix("whatsapp:+")
        return form | ({"WaId": number} if number.isdigit() else {})

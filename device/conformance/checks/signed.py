"""Signatures: what a device with a key must not hear. That it signs, every other check shows."""

from device.conformance.trial import Book, NotSeen, Trial

book: Book[Trial] = Book()


@book.check("mac", "a grant that is not signed, or not with its key, is not heard", "relay", "mac")
def unsigned(it: Trial) -> None:
    if not it.server.signs:
        raise NotSeen("needs the device's key: --key and --mac")
    asking = it.offer()
    key = it.server.key
    for forged in (None, bytes(32)):
        it.server.key = forged
        it.grant(asking)
    it.server.key = key
    it.must_be_off("forged grants")

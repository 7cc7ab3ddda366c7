"""The forms of the room, by noun. They clean what was typed and judge nothing."""

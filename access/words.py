"""The words of every answer a machine gives. Knows languages, decides nothing.

Each code has the sentence of a page, what to do next, and what fits a display of 80 characters.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access.ground_words import register_grounds
from equipment.words import machine_page, register


def register_access() -> None:
    register_answers()
    register_doors()
    register_warnings()
    register_time()
    register_badges()
    register_machine()
    register_interlocks()
    register_grounds()


def register_answers() -> None:
    """What is said when a tap does something."""
    register(
        "granted",
        _("Hello {name}. Yours until {until}."),
        _("Press start on the machine."),
        display=_("Hello {name}. Yours until {until}, press start."),
    )
    register(
        "running",
        _("Running, yours until {until}."),
        _("Tap again within 10 seconds to end it when the job is done."),
        display=_("Yours until {until}. Done? Tap again, it ends after this job."),
    )
    register(
        "ends-when-idle",
        _("It ends when this job is done."),
        _("Let the job finish, then leave the machine clean."),
        display=_("It locks when this job is done. Until {until} at the latest."),
    )
    register(
        "finished",
        _("Finished. The machine is locked."),
        _("Tap again to start anew while your time lasts."),
        display=_("Finished and locked. Thank you."),
    )
    register(
        "finished-kept",
        _("Finished. The machine is locked."),
        _("Tap before {until} to go on. Then your time is free for others."),
        display=_("Locked. Tap before {until} to go on, then it is free for others."),
    )
    register(
        "finished-for-good",
        _("Finished. The machine is locked."),
        _("Your time is free for others now."),
        display=_("Finished and locked. Your time is free for others now."),
    )
    register(
        "extended",
        _("Extended, yours until {until}."),
        _("Done instead? Tap again within 10 seconds, and it ends when the job is done."),
        display=_("Extended until {until}. Done instead? Tap again."),
    )
    register(
        "session-over",
        _("That session is over."),
        _("Tap again to start anew."),
        display=_("That session is over. Tap again."),
    )


def register_doors() -> None:
    """What a door says."""
    register(
        "door-open",
        _("Hello {name}. Come in."),
        _("Push the door while it buzzes."),
        display=_("Hello {name}. Come in."),
    )
    register(
        "door-shut",
        _("{door} opens for you {opens}."),
        _("Come back then, or ask staff about another plan."),
        display=_("It opens for you: {opens}."),
    )
    register(
        "door-shut-long",
        _("{door} does not open for you this week."),
        _("Look at the planned closures, or ask staff."),
        display=_("It does not open for you this week. Ask staff."),
    )
    register(
        "door-not-yours",
        _("Your plan does not open {door}."),
        _("Ask staff about a plan that does."),
        display=_("Your plan does not open this door. Ask staff."),
    )


def register_warnings() -> None:
    """What is shown on a machine that is on."""
    register(
        "nearly-up",
        _("{left_minutes} left."),
        _("Bring the job to its end, or extend your booking on its page."),
        display=_("{left_minutes} left."),
    )
    register(
        "nearly-up-extend",
        _("{left_minutes} left."),
        _("Tap to extend your booking."),
        display=_("{left_minutes} left. Tap to extend."),
    )
    register(
        "idle-soon",
        _("Nothing has run for a while. It locks in {seconds} seconds."),
        _("Start the machine to keep it."),
        display=_("Nothing runs. Start within {seconds} s, or it locks."),
    )
    register(
        "idle",
        _("Nothing ran for {idle_minutes}, so it locked."),
        _("Tap again to go on."),
        display=_("Locked: nothing ran for {idle_minutes}. Tap to go on."),
    )
    register(
        "idle-freed",
        _("Nothing ran for {idle_minutes}, so it locked."),
        _("Your time was given back. Tap or book again to go on."),
        display=_("Locked: nothing ran for {idle_minutes}. Your time was given back."),
    )
    register(
        "taken-over",
        _("{holder} is booked now and took over."),
        _("Your time was over. Book again to go on."),
        display=_("Your time was over. {holder} is booked now and took over."),
    )


def register_time() -> None:
    """Whose time it is."""
    register(
        "not-booked",
        _("You have not booked {machine} for now."),
        _("Book it, then tap."),
        label=_("Book it"),
        link=machine_page,
        display=_("Not booked by you. Book it on your phone, then tap."),
    )
    register(
        "too-early",
        _("Your booking of {machine} begins at {starts}."),
        _("Tap from {earliest}, or move the booking forward."),
        label=_("My bookings"),
        link=lambda _params: reverse("bookings:booking_list"),
        display=_("Your booking begins at {starts}. Tap from {earliest}."),
    )
    register(
        "time-up",
        _("Your booking of {machine} ended at {ended}."),
        _("Book the next gap to go on."),
        label=_("See what is free"),
        link=machine_page,
        display=_("Your time ended at {ended}. Book the next gap to go on."),
    )
    register(
        "booked-by-other",
        _("{machine} is booked by someone else until {until}."),
        _("Book the next gap, or another machine of its kind."),
        label=_("See what is free"),
        link=machine_page,
        display=_("Booked by someone else until {until}."),
    )
    register(
        "closed",
        _("The space is closed until {until}: {why}"),
        _("Come back after that, or book a later time."),
        label=_("Open the board"),
        link=lambda _params: reverse("desk:board"),
        display=_("Closed until {until}: {why}"),
    )


def register_badges() -> None:
    """Who taps."""
    register(
        "unknown-badge",
        _("Nobody has this badge yet."),
        _("Take it to staff at the desk; they bind it to your name."),
        display=_("Unknown badge. Ask staff to bind it to your name."),
    )
    register(
        "candidate",
        _("This badge waits for staff to say whose it is."),
        _("Tap it twice; then staff choose the person under “Bind a badge”."),
        display=_("New badge. Tap it once more, then staff say whose it is."),
    )
    register(
        "badge-known",
        _("This badge belongs to {name}."),
        _("Use it at the machines."),
        display=_("Hello {name}. This badge works."),
    )
    register(
        "badge-revoked",
        _("This badge was revoked."),
        _("Use your new badge, or ask staff for one."),
        display=_("This badge was revoked. Ask staff for a new one."),
    )
    register(
        "slow-down",
        _("Too many taps in a row by badges that are nobody's."),
        _("Wait half a minute, then tap once."),
        display=_("Too many unknown badges. Wait half a minute, then tap."),
    )
    register(
        "nonce-reuse",
        _("Two different taps came under one number."),
        _("Tap again; staff have been told."),
        display=_("That tap was not clear. Tap again."),
    )


def register_machine() -> None:
    """What the machine is doing."""
    register(
        "in-use",
        _("{machine} is in use by {holder} until {until}."),
        _("Come back then, or use another machine of its kind."),
        label=_("See what is free"),
        link=machine_page,
        display=_("In use by {holder} until {until}."),
    )
    register(
        "tap-first",
        _("A button alone starts nothing."),
        _("Tap your badge at the reader first."),
        display=_("Tap your badge first, then press start."),
    )
    register(
        "left-on",
        _("{holder} left {machine} on after their time."),
        _("It is yours to take over from {until}: tap then."),
        display=_("{holder} left it on. Yours to take over from {until}."),
    )
    register(
        "machine-finishing",
        _("{machine} is finishing a job, until {until} at the latest."),
        _("Tap again when it has stopped."),
        display=_("The job before is finishing, until {until} at the latest."),
    )
    register(
        "stale",
        _("That tap arrived too late to count."),
        _("Tap again."),
        display=_("That took too long. Tap again."),
    )


def register_interlocks() -> None:
    """What is the matter with its device."""
    register(
        "no-machine",
        _("This reader belongs to no machine with an interlock."),
        _("Staff attach it on the page of devices."),
        label=_("See all devices"),
        link=lambda _params: reverse("access:devices"),
        display=_("No machine is attached here. Tell staff."),
    )
    register(
        "interlock-offline",
        _("The interlock of {machine} does not answer."),
        _("Tell staff; look at its power and its network."),
        display=_("The interlock does not answer. Tell staff."),
    )
    register(
        "interlock-unfit",
        _("{machine} is of high risk, and its interlock does not keep the rules by itself."),
        _("Staff put a device that speaks protocol v1 in its place."),
        label=_("See all devices"),
        link=lambda _params: reverse("access:devices"),
        display=_("{machine} needs a safer interlock. Tell staff."),
    )
    register(
        "interlock-revoked",
        _("The device that switched {machine} was taken out of service, and may not know it yet."),
        _("It has switched off by {until} at the latest: tap then."),
        display=_("Its old switch may still be on, until {until} at the latest."),
    )
    register(
        "fault",
        _("The interlock of {machine} reports a fault."),
        _("Leave it alone and tell staff. It starts anew after they have looked at it."),
        display=_("Interlock fault. Leave it alone, tell staff."),
    )
    register(
        "clock-wrong",
        _("The device's time of day was wrong."),
        _("Look at when it was, and at the network of the device."),
    )

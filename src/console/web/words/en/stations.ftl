### Words of the console.

stations-title = Stations

stations-one = One station

stations-no-link = No village box can reach this machine: write [link] in config/machine.toml and restart.

# Heads a list.
stations-pending = Boxes that wait to be compared

stations-health = State

stations-heard = Last heard

stations-clock = Clock off by

stations-ready = Clips

stations-is-ready = ready

stations-not-ready = missing

stations-not-known = not known

# Variables:
#   $count (String) - how many
stations-unready = { $count } airings of the next day lack clips

# In the place of a time.
stations-never = never

# In the place of a time.
stations-here = this machine

# Variables:
#   $count (String) - how many
stations-cut = { $count } more are not listed: narrow what is shown.

stations-others = The same box drives others, too

# A button, and what heads its form.
stations-enrol = Let a new box in

# Before a code.
stations-code = Code:

# Variables:
#   $until (String) - when
stations-code-until = Good once, until { $until }.

# Before a command.
stations-join = Run this line on the box:

stations-picture = The line as a code to scan

stations-then = Then compare the digits that the box shows, over the telephone, and confirm them here.

# A link.
stations-look = Look at the station

stations-fingerprint = Have the digits that the box shows read out over the telephone. They must be the same as these:

stations-fingerprint-of = Fingerprint

# Beside a box to tick.
stations-same = I compared them, and they are the same

# A button.
stations-confirm = Let it in

# A button, and what heads its form.
stations-revoke = Revoke the box

stations-revoke-what = It cannot be taken back: the box airs what it holds, 14 days at the most, and is told nothing more. One that waits goes first.

# Beside a box to tick.
stations-sure = Revoke it for good

# Heads what is told of a box.
# Variables:
#   $state (String) - where it stands
stations-box =
    { $state ->
        [confirmed] Its box
        [revoked] A revoked box
       *[other] A box that waits
    }

stations-version = Version

stations-uptime = Runs for

stations-disk = Free on its disk

stations-temperature = Temperature

stations-sink = Sound leaves by

stations-volume = The most volume allowed there

stations-rundown = Rundown it holds

stations-log = What aired in the last week

stations-people-did = Who let its boxes in

# What somebody did.
# Variables:
#   $action (String) - what was done
stations-did =
    { $action ->
        [make-enrolment-code] made a code
        [enrol-box] a box came in
        [confirm-box] confirmed the box
       *[other] revoked the box
    }

stations-said-confirmed = The box is let in.

stations-said-revoked = The box is revoked.

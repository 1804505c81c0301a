### Words of the console.

emergency-title = Emergency

# Heads the page on which one is filed.
emergency-new = File it

# Heads the page of one.
emergency-order = An emergency or a drill

# Heads what is on.
emergency-on = Emergencies and drills that are on

emergency-nothing-on = No emergency or drill is on.

# How it stands.
# Variables:
#   $state (String) - how
#   $at (String) - since when
emergency-state =
    { $state ->
        [waits] filed { $at }, waits for a second approver
        [held] confirmed { $at }, held until the county's HOLD ends
       *[other] on since { $at }
    }

# How far it has come.
# Variables:
#   $sounding (String) - stations at which it sounds now
#   $reached (String) - stations at which it has sounded
#   $all (String) - its stations
emergency-counts = sounding now: { $sounding }; has sounded: { $reached }; of { $all } stations

# Variables:
#   $level (String) - I, II, III or IV
emergency-level =
    { $level ->
        [I] level I
        [II] level II
        [III] level III
       *[other] level IV
    }

# Heads the templates of a class.
# Variables:
#   $class (String) - the class
emergency-templates =
    { $class ->
        [drill] Drills
       *[other] Emergencies
    }

# What filing one does.
# Variables:
#   $class (String) - the class
emergency-what =
    { $class ->
        [drill] A drill sounds as soon as one person files it, and says each time that it is a drill.
       *[other] An emergency sounds as soon as a second approver confirms it, cuts other sound, and repeats until it is ended or expires.
    }

emergency-no-template = There is no template that is ready.

# In the place of a text.
emergency-no-text = There is no text in this language that may air.

# In the place of a recording.
emergency-no-recording = No recording of this text: villages do not hear it.

# Names the player for a screen reader.
emergency-listen = Listen

emergency-where = Where

# Variables:
#   $count (String) - how many stations
emergency-where-own = Without a choice, as the template says: { $count } stations.

# Opens a list to tick.
emergency-where-else = Choose other places

# Before a field.
emergency-stations = Ids of single stations, with spaces between

# A button.
emergency-file = File the emergency

# A button.
emergency-file-drill = Start the drill

# Beside a box to tick.
emergency-sure = I have looked at the text and the places

# Below a button that is held.
emergency-hold = Hold the button until it is full.

# A link.
emergency-back = Back to emergencies

emergency-ended = over

# Before a name.
# Variables:
#   $at (String) - when
emergency-filed = filed { $at } by

# Before a name.
emergency-confirmed = confirmed by

emergency-departed = Its content has changed since it was filed and it cannot be confirmed: look at it and file it again.

emergency-signed-waits = It waits for another approver's signature.

emergency-own = You filed it: another approver confirms it.

emergency-waits-approver = An approver confirms it.

# Before the reason.
emergency-no-key = You cannot sign it.

# A button.
emergency-confirm = Confirm: let it sound

# A button.
emergency-sign = Sign it

emergency-sign-how = Choose the file of your key and type its passphrase. The key is opened in this browser; only the signature leaves it.

# Before a field.
emergency-key-file = Key file

# Before a field.
emergency-passphrase = Passphrase of the key

# Before a command.
emergency-sign-command = Where the browser cannot sign, say on the county's machine

# Why it is not signed.
# Variables:
#   $why (String) - the reason
emergency-sign-fault =
    { $why ->
        [damaged] This is no key file, or it is damaged: take another copy.
        [other] This is not the key you have now: take the newest file.
        [old] This browser cannot sign: update it, open the console by HTTPS, or sign on the county's machine.
       *[other] The passphrase is wrong, or the file was changed.
    }

# A button.
emergency-all-clear = All clear

emergency-all-clear-what = Ends it at once, and airs and posts the notice that says so.

# A button.
emergency-cancel = Cancel it

emergency-cancel-what = Ends it without a word: for one that should not have been filed.

# A button.
emergency-correct = Correct the posts

emergency-correct-what = After its text was mended: groups get the new one in the place of the old one, or a correction.

emergency-said-filed = It is filed.

emergency-said-confirmed = It is confirmed and sounds at once.

emergency-said-signed = Your signature is taken.

emergency-said-cancelled = It is cancelled.

emergency-said-cleared = It has ended.

emergency-said-corrected = The correction was ordered.

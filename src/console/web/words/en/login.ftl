### Words of the console.

login-title = Log in

# Before a field.
login-name = Name

login-password = Password

login-code = Code (from your telephone; leave it empty if you have none)

# A button.
login-enter = Log in

login-forgotten = Forgotten? An engineer gives you a one-time link.

# Why somebody does not come in.
# Variables:
#   $why (String) - the reason
#   $minutes (String) - how long to wait
login-fault =
    { $why ->
        [wrong] Name, password or code is wrong.
        [wait] Too many tries; wait { $minutes } min.
       *[other] The county is busy; try again in a while.
    }

login-link-title = Choose a password

# Above the first form of a new county.
login-first = You are the first engineer of this county, and can add the others.

# A button.
login-set = Save and go in

# Before a command.
login-secure = To use it from other machines, and to record in a browser, takes TLS; run on this machine first

login-spent = This link was used or has ended; ask an engineer for another.

# Variables:
#   $count (String) - the least number of characters
login-new-password = New password (at least { $count } characters)

login-again = The same again

# Why a password is not taken.
# Variables:
#   $why (String) - the reason
login-password-fault =
    { $why ->
        [differs] The two are not the same.
        [short] The password is too short.
        [long] The password is too long.
        [plain] The password is too easy to guess.
        [name] Write a name.
        [taken] The name is taken; add something to it.
       *[other] The old password is wrong, or was tried too often.
    }

### Words of the console.

account-title = My account

account-code = Code from a telephone

account-code-on = Set up; you logged in with a code.

account-code-log-in = Set up. Log out, and in again with a code.

account-code-why = With a code, nobody comes in who only knows the password. Approvers need one.

account-code-how = Scan the picture with an authenticator program, or type what stands below it; then write the code it shows.

account-code-picture = The picture to scan

account-code-first = Code

# A button.
account-code-set = Set up

account-code-wrong = The code is wrong; is the telephone’s clock right?

account-password = Change the password

# A button.
account-change = Change

account-old-password = Password now

account-sessions = Where you are logged in

# Variables:
#   $since (String) - when it began
#   $seen (String) - when it was last used
account-session = since { $since }, last used { $seen }

account-this-session = This one

# A button.
account-end = Log out

# A button.
account-end-all = Log out everywhere else

account-said-password = The password was changed.

account-said-code = The code is set up.

account-said-ended = Logged out there.

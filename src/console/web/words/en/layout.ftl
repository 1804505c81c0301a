### Words of the console.

# Heads every page of the console.
layout-name = cunxiang console

# For those who go through a page with the keyboard.
layout-jump = Skip to the content

# A button.
layout-leave = Log out

# Names the navigation for a screen reader.
layout-pages = Pages

# The button on every page.
layout-silence = Stop everything

# What the button does.
layout-silence-what = What sounds now stops at once; daily notices and drills wait for two hours. Emergencies still sound.

layout-silence-where = Where

layout-silence-all = The whole county

layout-said-silenced = The order to stop was given.

layout-back = Back to today

layout-sample = A sample county: its texts are drafts and no official notices.

# On the pages in Tibetan and Lisu.
layout-draft = No native speaker has reviewed the words of this page.

# To an approver who logged in without a code.
layout-lacks-code = To approve takes a code: set one up, then log in with it.

layout-nav-today = Today

layout-nav-broadcasts = Broadcasts

layout-nav-notices = Notices

layout-nav-review = Review

layout-nav-people = People

layout-nav-account = My account

# Heads a page that says why something was not done.
layout-stop-title = Not done

# Why.
# Variables:
#   $why (String) - the reason
layout-stop =
    { $why ->
        [not-found] There is no such page.
        [not-yours] You may not do this.
        [foreign] This form is no longer good; go back, log in again and send it anew.
        [too-long] It is too long.
        [refused] The county refused it.
        [ledger] It could not be recorded; an engineer finds why in the log.
       *[other] The county is busy; try again in a while.
    }

layout-nav-as-run = As-run log

# Before a field.
layout-township = Township

# Before a field.
layout-village = Village (part of its name or id)

# Heads a column.
layout-station = Village

layout-broadcast = Broadcast

layout-language = Language

# In a list to choose from.
layout-all = All

# A button.
layout-show = Show

# What kind of broadcast it is.
# Variables:
#   $class (String) - the class
layout-class =
    { $class ->
        [emergency] emergency
        [drill] drill
       *[other] daily
    }

# A link.
layout-earlier-page = Previous page

# A link.
layout-later-page = Next page

layout-nav-timetable = Timetable

layout-nav-stations = Stations

layout-nav-emergency = Emergency

layout-nav-chats = Chats

layout-nav-engineer = Engineer

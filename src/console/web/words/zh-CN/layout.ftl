### review = "source"
### Words of the console.

# Heads every page of the console.
layout-name = 村响控制台

# For those who go through a page with the keyboard.
layout-jump = 跳到正文

# A button.
layout-leave = 退出

# Names the navigation for a screen reader.
layout-pages = 页面

# The button on every page.
layout-silence = 全部停播

# What the button does.
layout-silence-what = 现在的声音马上停下，日常播出和演练暂停两个小时。紧急播出仍会响。

layout-silence-where = 在哪里

layout-silence-all = 全县

layout-said-silenced = 已下令停播。

layout-back = 回到今日

layout-sample = 样例县：这里的文字都是草稿，不是正式通知。

# On the pages in Tibetan and Lisu.
layout-draft = 本页文字是草稿，未经母语者审定。

# To an approver who logged in without a code.
layout-lacks-code = 审批前需要验证码：请先设置，再用验证码重新登录。

layout-nav-today = 今日

layout-nav-broadcasts = 播出单

layout-nav-notices = 通知

layout-nav-review = 审稿

layout-nav-people = 人员

layout-nav-account = 我的账号

# Heads a page that says why something was not done.
layout-stop-title = 没有办成

# Why.
# Variables:
#   $why (String) - the reason
layout-stop =
    { $why ->
        [not-found] 没有这个页面。
        [not-yours] 您没有这个权限。
        [foreign] 表单已失效：请回到页面，重新登录后再试。
        [too-long] 内容太长。
        [refused] 系统没有执行。
        [ledger] 记录写不进去：请工程师查看日志。
       *[other] 系统忙，请稍后再试。
    }

layout-nav-as-run = 播出记录

# Before a field.
layout-township = 乡镇

# Before a field.
layout-village = 广播点（名称或编号的一部分）

# Heads a column.
layout-station = 广播点

layout-broadcast = 播出单

layout-language = 语言

# In a list to choose from.
layout-all = 全部

# A button.
layout-show = 查看

# What kind of broadcast it is.
# Variables:
#   $class (String) - the class
layout-class =
    { $class ->
        [emergency] 紧急
        [drill] 演练
       *[other] 日常
    }

# A link.
layout-earlier-page = 上一页

# A link.
layout-later-page = 下一页

layout-nav-timetable = 时间表

layout-nav-stations = 广播点

layout-nav-emergency = 紧急

layout-nav-chats = 群

layout-nav-engineer = 工程师

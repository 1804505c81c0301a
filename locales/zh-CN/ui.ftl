### review = "source"
### Words that go into chat posts, picture cards and the sample banner.

# Above everything a sample county shows or sends.
ui-sample-banner = 样例县：这里的文字都是草稿，不是正式通知。

# Beside a text that nobody has reviewed.
ui-draft-mark = 草稿，未经审定

# Before the title of a drill.
ui-drill-mark = 演练

# Before the title of an emergency.
ui-emergency-mark = 紧急

# Before the title of a post sent again.
ui-repeat-mark = 重发

# Before the title of a post that corrects an earlier one.
ui-correction-mark = 更正

# In the place of a notice that was taken back, or after its title where it cannot be replaced.
ui-withdrawn = 此通知已撤回，请不要再转发。

# Under a post to a service that takes neither voice nor picture.
# Variables:
#   $link (String) - where the notice's public page is
ui-page-link = 听录音、看图片：{ $link }

# Above several notices in one post, because a group got many at once.
# Variables:
#   $count (String) - how many
ui-digest-head = 通知汇总（{ $count }条）

# A message that tries the way to a group (`cunxiang chats test`).
ui-test = 【测试】这是一条测试消息，不是通知。

# Under a post.
# Variables:
#   $number (String) - the notice number, such as 2026-0412
ui-notice-number = 通知第{ $number }号

# The level of an emergency or a drill, the most serious first.
# Variables:
#   $level (String) - I, II, III or IV
ui-level =
    { $level ->
        [I] 特别重大
        [II] 重大
        [III] 较大
        [IV] 一般
       *[other] { $level }级
    }

# In the head of a picture card of a daily notice, after the county's name.
ui-card-notice = 通知

# In the foot of a picture card.
# Variables:
#   $number (String) - the number to call
ui-card-hotline = 热线 { $number }

# The date of a notice, in the foot of a picture card.
# Variables:
#   $date (String) - such as 2026-11-23
ui-card-date = { DATE($date) }

# The bot in chats. The first words to somebody new.
# Variables:
#   $county (String) - the county's name
ui-bot-greeting = 您好！这里是{ $county }的通知。

# What can be asked of the bot, beside the command that asks it.
ui-bot-latest = 最近的通知
ui-bot-next = 接下来的广播
ui-bot-villages = 选择村子
ui-bot-language = 选择语言
ui-bot-help = 帮助

# To a group that the county has not accepted yet.
ui-bot-group-waits = 本群还没有在县里登记，已经报告县里。登记以后，这里会收到通知。

# There is nothing to tell.
ui-bot-no-notice = 最近没有通知。
ui-bot-no-airing = 24小时内没有安排播出。

# Above buttons.
ui-bot-choose-language = 请选择语言
ui-bot-choose-village = 请选择村子

# To somebody who may not choose for the group.
ui-bot-not-you = 请群管理员选择语言。

# What was chosen.
# Variables:
#   $what (String) - a village, or languages by their own names
ui-bot-chosen = 已选择：{ $what }

# The language's own name, on its button.
ui-bot-language-name = 中文

# Alarms, to the chats of those on duty; in Chinese and English alone.
# Variables:
#   $at (String) - local date and time
ui-alarm-head = 【村响告警】{ $at }

# Lines of an alarm: what is wrong, what works again, how many more there are.
ui-alarm-wrong = · { $what }
ui-alarm-over = · 已恢复：{ $what }
ui-alarm-more = · 另有{ $count }项，请运行 cunxiang status 和 cunxiang log 查看

# What can be wrong. What a device or a robot said stays in its own words.
ui-alarm-hold = 系统处于暂停状态，不播出新内容：{ $why }
ui-alarm-key = 签名密钥将于{ $date }到期，请把根密钥放回原处后重启
ui-alarm-approver = 审批人{ $name }的密钥将于{ $date }到期，请用 cunxiang keys approver 换新的，否则紧急通知可能无人能批
ui-alarm-certificate = 村广播连接用的证书将于{ $date }到期，请换新证书（cunxiang tls init），否则各村收不到新节目单
ui-alarm-certificate-fault = 村广播连接用的证书有错，请检查：{ $why }
ui-alarm-content = 内容有{ $count }处错误，有的通知不能播出。第一处：{ $first }
ui-alarm-device = 广播点{ $station }没有声音设备：{ $why }
ui-alarm-journal = 播出认领记录写不下去：{ $why }
ui-alarm-channel = 群消息发不出去：{ $why }
ui-alarm-disk = 磁盘快满了，只剩{ $free } MiB
ui-alarm-group = 群{ $group }已把机器人移出，收不到通知
ui-alarm-request = 有群申请接收通知：第{ $number }号，{ $group }；用 cunxiang chats requests 查看
ui-alarm-task = 人工转发没有完成：{ $person }，群{ $group }，{ $post }；已过期
ui-alarm-airing =
    { $outcome ->
        [missed] 未播出
        [partial] 没有播完
        [refused] 被广播点拒绝
        [unreported] 没有收到播出回报
       *[other] { $outcome }
    }：{ $title }，{ $at }，{ $count }处（{ $names }）{ $reason ->
        [clash] ：与其他播出冲突
        [down] ：当时设备没有运行
        [clip-missing] ：缺少录音
        [clip-damaged] ：录音损坏
        [clip-unreadable] ：读不出录音，请检查磁盘和内存
        [no-device] ：声音设备打不开
        [device-lost] ：播出中声音设备断开
        [journal-unwritable] ：写不下认领记录，请检查磁盘
        [crash] ：播出中程序中断
        [shutdown] ：播出中程序被停止
        [quiet-hours] ：在静音时段内
        [too-soon] ：离上次播出太近
        [too-many] ：当天播出次数已满
        [pace] ：播出时长不对
        [bad-rundown] ：节目单有错
       *[other] {""}
    }
ui-alarm-silent = 广播点{ $station }失联，最后一次联系：{ $at }
ui-alarm-clock = 广播点{ $station }的时钟不可信，校准以前不播出
ui-alarm-amnesia = 广播点{ $station }丢失了播出记录，正等待县里确认，确认以前到点的不播出
ui-alarm-box-journal = 广播点{ $station }写不下认领记录：{ $why }
ui-alarm-refused = 广播点{ $station }拒收新的节目单：{ $why }
ui-alarm-muted = 广播点{ $station }被现场静音：{ $why }
ui-alarm-copied = 广播点{ $station }有两台机器用同一把密钥，存储卡可能被复制，请用 cunxiang stations revoke 收回密钥，再逐台重新登记
ui-alarm-unready = 未就绪：{ $title }，{ $at }，{ $count }处（{ $names }）缺录音

# Heads the page that a village box shows on the spot.
ui-spot-title = 本地广播

# Above the list of what airs today, on a village box's page.
ui-spot-today = 今日节目单

# In the place of that list.
ui-spot-none = 今天没有节目

# When the county last answered the box.
ui-spot-contact = 最近联系县里

# The time at the box.
ui-spot-clock = 时钟

# The way sound leaves the box.
ui-spot-sink = 声音设备

# Room on the box's disk.
ui-spot-disk = 磁盘

# Beside what is well.
ui-spot-good = 正常

# Beside what is not.
ui-spot-bad = 有问题

# In the place of a time.
ui-spot-never = 从未

# The most that a person allows there, of 100.
ui-spot-volume = 最大音量

# A button: a short tone.
ui-spot-check = 试音

# A button, and what it did: nothing sounds there, emergencies neither.
ui-spot-mute = 静音

# A button: it sounds again.
ui-spot-unmute = 取消静音

# Before the field for why it is muted.
ui-spot-reason = 静音原因（会报到县里）

# How an airing stands.
# Variables:
#   $state (String) - the word of the state
ui-spot-state =
    { $state ->
        [waits] 等待
        [unready] 缺录音
        [sounds] 正在播出
        [played] 已播出
        [partial] 没播完
        [missed] 漏播
        [expired] 过期
        [cancelled] 已取消
       *[other] 没播
    }

# How it went, after a button was pressed.
# Variables:
#   $what (String) - the word for it
ui-spot-said =
    { $what ->
        [done] 好了
        [no-reason] 请写明原因
        [quiet-hours] 现在是静音时段
        [muted] 已经静音，请先取消静音
        [busy] 正在播出或马上要播，请过一会儿再试
        [clock-untrusted] 时钟还没校准，请先连上县里
       *[other] 没有做成，请看日志
    }

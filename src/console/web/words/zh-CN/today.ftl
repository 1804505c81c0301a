### review = "source"
### Words of the console.

today-title = 今日

today-reload = 刷新

# Heads a list.
today-needs = 等人处理

today-needs-nothing = 没有。

# A kind of thing that needs a person.
# Variables:
#   $what (String) - the kind
today-need =
    { $what ->
        [hold] 全县暂停：请工程师处理。
        [confirm] 紧急播出等第二人确认
        [review] 等待审稿
        [gaps] 缺文字或录音
        [unknown] 不知是否送达的群消息
        [tasks] 要手工转发的群消息
        [requests] 申请加入的群
       *[other] 内容有错
    }

# How an airing ended.
# Variables:
#   $outcome (String) - how it ended
today-outcome =
    { $outcome ->
        [partial] 没有播完
        [missed] 漏播
        [refused] 被拒播
       *[other] 没有回报
    }

# Variables:
#   $count (String) - how many stations
today-stations = （{ $count }个广播点）

# Heads the board.
today-board = 各乡镇

today-township = 乡镇

today-well = 正常

today-now = 正在播

today-next = 接下来

# Variables:
#   $count (String) - how many
today-more = 另有{ $count }个

# How a station is.
# Variables:
#   $health (String) - how it is
today-health =
    { $health ->
        [well] 正常
        [unready] 音频未到齐
        [clock] 时钟不准
        [muted] 现场静音
        [faulty] 有故障
        [silent] 失联
       *[other] 没有设备
    }

### review = "source"
### Words of the console.

record-title = 录音

record-broadcast = 按哪个播出单读（文字里有变量时）

# A button.
record-choose = 换

record-no-text = 这段文字现在读不出来：请先改好文字。

# Above the text to read aloud.
record-read = 请读这段文字

record-needs = 这里录不了音：要用较新的浏览器，从 https 打开，并允许使用麦克风。可以上传录好的文件。

record-speaker = 朗读人

record-voice = 口音

record-any-voice = 不分

# A button.
record-start = 开始录音

# A button.
record-stop = 停

record-level = 音量

record-file = 或者用手机录好的文件

# A button.
record-send = 就用这一遍

# Variables:
#   $seconds (String) - how long it is
record-saved = 已存好，{ $seconds }秒。

# A link.
record-look = 看现有的录音

# Heads a list.
record-present = 现有的录音

record-of-this = 读的是这段文字

record-of-older = 读的是别的文字

# Why a recording is not taken.
# Variables:
#   $why (String) - the reason
record-fault =
    { $why ->
        [changed] 文字刚刚改了，没有存。请重新打开本页，读新的文字。
        [busy] 正在处理别的录音，请稍等再试。
        [speaker] 请写朗读人的名字。
        [lost] 没有送到，请再试一次。
       *[other] 这段录音不能用：
    }

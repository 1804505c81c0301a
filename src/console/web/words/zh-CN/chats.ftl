### review = "source"
### Words of the console.

chats-title = 群

# A link, and what heads its page.
chats-posts = 发送情况

# A link, and what heads its page.
chats-directory = 群名录

chats-tasks = 要手工转发

chats-unknown = 不知是否送达

chats-unknown-what = 请到群里看一看：看到了就点“群里有”，没有就点“重发”。

# A button.
chats-seen = 群里有

# A button.
chats-resend = 没有，重发

chats-requests = 申请加入的群

# A button.
chats-accept = 接受

# A button.
chats-refuse = 拒绝

chats-not-taken = 没有加入，名录没有改动：

chats-id = 编号（小写字母、数字和连字符）

chats-name = 群名

chats-village = 广播点编号（村民群才填）

chats-whole-county = 全县

chats-send = 发送内容

# A part of a post.
# Variables:
#   $part (String) - what it is
chats-part =
    { $part ->
        [text] 文字
        [voice] 语音
       *[other] 图片
    }

chats-group = 群

chats-channel = 渠道

# A button, and what heads its column.
chats-test = 试发

chats-none = 名录里还没有群。

# After the name of a group.
# Variables:
#   $how (String) - what the service answered
chats-tried =
    { $how ->
        [sent] ：试发成功。
        [handed] ：已交给人手工转发。
        [moved] ：群换了地址，请工程师修改名录。
        [refused] ：被拒绝。
        [unknown] ：不知是否送达，请到群里看。
       *[other] ：没有发出。
    }

# Variables:
#   $at (String) - when
chats-until = { $at } 前转发

# A button.
chats-copy = 复制文字

# A link.
chats-save = 保存

# A button.
chats-share = 分享

# A button.
chats-done = 已转发

chats-state-label = 结果

# What became of a call to a service.
# Variables:
#   $state (String) - its state
chats-state =
    { $state ->
        [waiting] 等候
        [sending] 正在发
        [delivered] 已送达
        [refused] 被拒绝
        [expired] 已过期
        [unknown] 不知是否送达
        [handed] 等人手工转发
        [digested] 并入合集
       *[other] 没有送达
    }

# In the place of a title.
# Variables:
#   $what (String) - what it is
chats-ours =
    { $what ->
        [alarm] 值班告警
       *[other] 通知合集
    }

chats-no-posts = 没有符合的发送。

# Variables:
#   $count (String) - how many
chats-read-max = 只看了最新的{ $count }条：请缩小范围。

# A button, and what heads its form.
chats-correct = 更正

chats-correct-what = 先改好文字并审定，再点更正：正在播的旧内容停播，群里的旧消息换成新的。

# A button, and what heads its form.
chats-withdraw = 撤回

chats-withdraw-what = 正在播的立即停播，以后不再播；群里的消息删除，删不掉的说明已撤回。

# Beside a box to tick.
chats-sure = 确定撤回

chats-said-seen = 已记为送达。

chats-said-resend = 将重发，并注明是重发。

chats-said-done = 已记为转发。

chats-said-accepted = 已加入名录，从现在起会收到通知。

chats-said-refused = 已拒绝。

chats-said-withdrawn = 已下令撤回。

chats-said-corrected = 已下令更正。

### review = "source"
### Words of the console.

login-title = 登录

# Before a field.
login-name = 姓名

login-password = 密码

login-code = 验证码（手机上的数字，没有设置就不填）

# A button.
login-enter = 登录

login-forgotten = 忘了密码：请工程师给一个一次性链接。

# Why somebody does not come in.
# Variables:
#   $why (String) - the reason
#   $minutes (String) - how long to wait
login-fault =
    { $why ->
        [wrong] 姓名、密码或验证码不对。
        [wait] 试得太多，请等{ $minutes }分钟。
       *[other] 系统忙，请稍后再试。
    }

login-link-title = 设置密码

# Above the first form of a new county.
login-first = 您是本县第一位工程师，可以添加其他人员。

# A button.
login-set = 保存并进入

# Before a command.
login-secure = 从别的电脑使用、在浏览器里录音，都需要加密连接：请先在本机运行

login-spent = 链接已用过或已过期，请工程师再给一个。

# Variables:
#   $count (String) - the least number of characters
login-new-password = 新密码（至少{ $count }个字符）

login-again = 再输一遍

# Why a password is not taken.
# Variables:
#   $why (String) - the reason
login-password-fault =
    { $why ->
        [differs] 两次输入不一样。
        [short] 密码太短。
        [long] 密码太长。
        [plain] 密码太容易猜。
        [name] 请填写姓名。
        [taken] 这个姓名已有别人使用，请加以区别。
       *[other] 原密码不对，或试得太多。
    }

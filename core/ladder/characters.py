"""Chinese characters that have several counterparts in the other script.

Each group: the character, then what it may stand for in the other script, itself included where it is
used there too. After OpenCC's STCharacters and TSCharacters (Apache-2.0), without mere variants of form.
"""

from __future__ import annotations

_TO_TRADITIONAL = """
万萬万 丑醜丑 丰豐丰 了了瞭 于於于 云雲云 仆僕仆 仇仇讎 价價价 仿仿彷 伙夥伙 余餘余 佛佛彿 佣傭佣 修修脩 借借藉
僵僵殭 克克剋 党黨党 冬冬鼕 冲衝沖 准準准 凄悽淒 凌凌淩 几幾几 凶兇凶 出出齣 划劃划 别別彆 刮刮颳 制制製 升升昇陞
千千韆 卜卜蔔 占佔占 卷卷捲 厂廠厂 历歷曆 厘釐厘 参參蔘 发發髮 只只隻祇 台臺檯颱台 叶葉叶 叹嘆歎 吁籲吁 合合閤
吊吊弔 同同衕 后後后 向向嚮 周周週 咨諮咨 咸鹹咸 咽咽嚥 哄哄鬨 哗譁嘩 团團糰 回回迴 困困睏 坛壇罈 复復複覆 夫夫伕
夸誇夸 奸奸姦 姜姜薑 娘娘孃 宁寧甯 它它牠 家家傢 尝嘗嚐 尸屍尸 尽盡儘 局局侷 岳嶽岳 布布佈 帘簾帘 席席蓆 干幹乾干
并並併 幸幸倖 弥彌瀰 当當噹 彩彩綵 征徵征 御御禦 志志誌 念念唸 恶惡噁 愈愈癒 愿願愿 戚戚慼 才才纔 扎扎紮 托託托
扣扣釦 折折摺 挂掛挂 挨挨捱 挽挽輓 捆捆綑 据據据 采採采 搜搜蒐 摆擺襬 斗鬥斗 旋旋鏇 昆昆崑 暗暗闇 曲曲麴 术術朮
朱朱硃 朴樸朴 杆杆桿 杰傑杰 松松鬆 板板闆 极極极 果果菓 柜櫃柜 栗栗慄 核核覈 梁梁樑 欲欲慾 毁毀燬譭 汇匯彙 沈沈瀋
泛泛氾 注注註 涂塗涂 淀澱淀 游遊游 漓漓灕 炼煉鍊 烟煙菸 熏燻熏薰 获獲穫 症症癥 私私俬 秋秋鞦 种種种 签簽籤 筑築筑
系系係繫 纤纖縴 胄胄冑 背背揹 胜勝胜 胡胡鬍 脏髒臟 腊臘腊 致致緻 舍舍捨 苏蘇甦囌 苹蘋苹 范範范 荐薦荐 荡蕩盪 药藥葯
蒙蒙矇濛懞 蔑蔑衊 虫蟲虫 蜡蠟蜡 表表錶 谷谷穀 象象像 赞贊讚 辟闢辟 适適适 郁鬱郁 里裡裏里 酸酸痠 钟鐘鍾 闲閒閑 雇僱雇
雕雕鵰 霉黴霉 面面麵 须須鬚 饥飢饑
"""
_TO_SIMPLIFIED = "乾干乾 著着著 覆复覆 徵征徵 瞭了瞭 藉借藉 夥伙夥 鍾钟锺 麼么麽 瀋沈渖 蘋苹蘋 祇只祇 牴抵牴"


def _groups(text: str) -> dict[str, str]:
    return {group[0]: group[1:] for group in text.split()}


ONE_TO_MANY = _groups(_TO_TRADITIONAL) | _groups(_TO_SIMPLIFIED)
# Characters that stand in one script only and are common: they tell which script a source is written in.
ONLY_SIMPLIFIED = "这们说时对现过还进问"
ONLY_TRADITIONAL = "這們說時對現過還進問"

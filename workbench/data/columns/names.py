"""What people call the columns of their files, in English and Chinese."""

import re

# Names that say it all, most telling first; compared without case, blanks and marks.
NAMES: dict[str, tuple[str, ...]] = {
    "user": (
        "user", "userid", "uid", "users", "username", "usercode", "userno", "customer", "customerid", "member", "memberid",
        "reviewerid", "reviewer", "visitorid", "visitor", "accountid", "account", "clientid", "client", "profileid",
        "personid", "person", "subscriberid", "listener", "reader", "player", "studentid", "author", "authorid",
        "用户", "用户id", "用户编号", "用户名", "客户", "客户id", "客户编号", "会员", "会员id", "会员编号", "顾客",
        "读者", "买家",
        "sessionid", "session",
    ),
    "item": (
        "item", "itemid", "items", "iid", "itemcode", "movieid", "movie", "product", "productid", "asin", "parentasin",
        "artistid", "artist", "songid", "song", "trackid", "track", "bookid", "book", "isbn", "businessid", "business",
        "articleid", "article", "sku", "stockcode", "animeid", "gameid", "game", "appid", "app", "jokeid", "recipeid",
        "placeid", "place", "venueid", "newsid", "videoid", "video", "courseid", "course", "goodsid", "tmdbid", "imdbid",
        "物品", "物品id", "物品编号", "商品", "商品id", "商品编号", "项目", "项目id", "电影", "电影id", "产品", "产品id",
        "图书", "书籍", "书名", "歌曲", "歌手", "音乐", "视频", "视频id", "文章", "课程", "店铺",
    ),
    "rating": (
        "rating", "ratings", "score", "stars", "star", "overall", "userrating", "bookrating", "rate", "grade", "preference",
        "relevance", "weight", "plays", "playcount", "playcounts", "listens", "listencount", "count", "counts", "quantity",
        "frequency", "value", "feedback", "label", "like", "click",
        "评分", "打分", "分数", "得分", "星级", "评级", "次数", "播放次数", "点击次数", "数量", "购买数量", "偏好", "权重",
    ),
    "time": (
        "timestamp", "time", "datetime", "date", "unixreviewtime", "unixtime", "eventtime", "eventdate", "ratingtime",
        "ratingdate", "reviewtime", "reviewdate", "createdat", "created", "createtime", "invoicedate", "orderdate",
        "visitdate", "purchasedate", "ts", "when", "utc", "checkintime",
        "时间", "时间戳", "日期", "评分时间", "评论时间", "购买时间", "下单时间", "创建时间", "点击时间", "播放时间",
    ),
}  # fmt: skip
TITLE = ("title", "name", "itemname", "movietitle", "movie", "booktitle", "productname", "artist", "artistname", "标题",
         "名称", "片名", "电影名", "电影名称", "商品名称", "书名", "歌名")  # fmt: skip
YEAR = ("year", "releaseyear", "yearofpublication", "年份", "年", "上映年份", "出版年份")
GENRES = ("genres", "genre", "categories", "category", "tags", "类型", "类别", "分类", "标签", "风格")
TEXT = ("description", "plot", "summary", "overview", "abstract", "text", "synopsis", "body", "content", "简介",
        "描述", "内容", "摘要", "剧情")  # fmt: skip

# A name with one of these is about a user or an item, and not its id.
ABOUT = ("feature", "affinity", "gender", "birth", "特征", "性别")
# Names of ratings that count how often, rather than say how much.
COUNTS = ("plays", "playcount", "playcounts", "listens", "listencount", "count", "counts", "quantity", "frequency", "views",
          "clicks", "downloads", "purchases", "次数", "播放次数", "点击次数", "数量", "购买数量")  # fmt: skip


def plain(name: str) -> str:
    """A name without case, blanks, marks, and the type that RecBole writes behind a colon."""
    return re.sub(r"[\W_]+", "", re.sub(r":(token|float|token_seq|float_seq)$", "", name.strip())).lower()


def likeness(name: str, known: tuple[str, ...]) -> float:
    """How sure a name is to mean what `known` names mean, 0 to 1."""
    bare = plain(name)
    if bare in known:
        return 0.99 - 0.15 * known.index(bare) / len(known)
    if any(word in bare for word in ABOUT):
        return 0.0
    if any(len(word) > 3 and (bare.startswith(word) or bare.endswith(word)) for word in known):  # noqa: PLR2004
        return 0.5
    return 0.0


def is_known(name: str) -> bool:
    """Whether a name is one that people give to a column."""
    return any(plain(name) in known for known in (*NAMES.values(), TITLE, YEAR, GENRES))

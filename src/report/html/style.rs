//! The style sheet of the document, for screen and paper.

/// The sheet; fonts are those of the reader's system.
pub(super) const SHEET: &str = "
:root{color-scheme:light;--ink:#1b1f24;--soft:#5b6470;--line:#d5dae0;--band:#f4f6f8;--mark:#1f5fa8}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Noto Sans CJK KR','Malgun Gothic',sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 28px}
header{border-bottom:3px solid var(--mark);padding-bottom:20px;margin-bottom:20px}
h1{font-size:30px;margin:6px 0}h2{font-size:21px;margin:36px 0 10px;border-bottom:1px solid var(--line);padding-bottom:4px}
h3{font-size:16px;margin:24px 0 6px}p{margin:8px 0}.subtitle{color:var(--soft);font-size:17px}
.tlp{display:inline-block;font-weight:700;background:#000;color:#ffc000;padding:2px 10px}footer .tlp:empty{display:none}
nav ol{columns:2;margin:0;padding-left:24px}a{color:var(--mark)}
dl{display:grid;grid-template-columns:minmax(150px,220px) 1fr;gap:4px 16px;margin:10px 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;margin:10px 0;table-layout:fixed;font-size:13px}
caption{text-align:left;color:var(--soft);padding-bottom:4px}
th{text-align:left;background:var(--band);border-bottom:2px solid var(--line)}th,td{padding:4px 7px;vertical-align:top;overflow-wrap:anywhere}
td{border-bottom:1px solid var(--line)}.n{text-align:right;font-variant-numeric:tabular-nums}
code,pre{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:12px}
pre{background:var(--band);border:1px solid var(--line);padding:10px;white-space:pre-wrap;overflow-wrap:anywhere}
figure{margin:14px 0}figcaption{color:var(--soft);margin-bottom:4px}svg{width:100%;height:auto;display:block}
svg text{font:11px system-ui,sans-serif;fill:var(--ink)}svg .s{fill:var(--soft)}svg .g{stroke:var(--line);stroke-width:1}
.m,.more{color:var(--soft)}.l{font-weight:600;white-space:nowrap}
.critical{color:#a3122b}.high{color:#b3470b}.medium{color:#7c5f00}.low{color:#2a6496}.info{color:var(--soft)}
svg .critical{fill:#a3122b}svg .high{fill:#d9661f}svg .medium{fill:#d8ab1c}svg .low{fill:#6ea3d0}svg .info{fill:#c3cad2}
svg .bar{fill:var(--mark)}svg .odd{fill:#c0281b}svg .dot{fill:#4d7fb5}
footer{margin-top:40px;border-top:1px solid var(--line);padding-top:8px;color:var(--soft);font-size:12px}
@media print{main{max-width:none;padding:0}body{font-size:10.5pt}table{font-size:8.5pt}thead{display:table-header-group}
tr,figure svg{break-inside:avoid}h2,h3{break-after:avoid}a{color:inherit;text-decoration:none}@page{size:A4 landscape;margin:14mm}}
";

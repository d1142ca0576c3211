"""Which browser on which system, in plain words: enough for a person to recognise their own sessions.

Only these two codes are kept of what a browser says about itself, and no network address (ADR 30).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Browser(models.TextChoices):
    EDGE = "edge", "Edge"
    OPERA = "opera", "Opera"
    SAMSUNG = "samsung", "Samsung Internet"
    FIREFOX = "firefox", "Firefox"
    CHROME = "chrome", "Chrome"
    SAFARI = "safari", "Safari"
    OTHER = "", _("Another browser")


class System(models.TextChoices):
    WINDOWS = "windows", "Windows"
    IPHONE = "iphone", "iPhone"
    MAC = "mac", _("Mac or iPad")  # an iPad calls itself a Mac
    ANDROID = "android", "Android"
    CHROMEOS = "chromeos", "ChromeOS"
    LINUX = "linux", "Linux"
    OTHER = "", _("an unknown system")


#: The first word found in a User-Agent counts: most browsers also name those that they descend from.
BROWSERS = {
    "Edg": Browser.EDGE,
    "OPR/": Browser.OPERA,
    "SamsungBrowser/": Browser.SAMSUNG,
    "Firefox/": Browser.FIREFOX,
    "FxiOS/": Browser.FIREFOX,
    "Chrome/": Browser.CHROME,
    "CriOS/": Browser.CHROME,
    "Safari/": Browser.SAFARI,
}
SYSTEMS = {
    "Windows": System.WINDOWS,
    "iPhone": System.IPHONE,
    "iPad": System.MAC,
    "Macintosh": System.MAC,
    "Android": System.ANDROID,
    "CrOS": System.CHROMEOS,
    "Linux": System.LINUX,
}


def device_of(user_agent: str) -> tuple[Browser, System]:
    """Browser and system that a User-Agent header names."""
    browser = next((known for word, known in BROWSERS.items() if word in user_agent), Browser.OTHER)
    system = next((known for word, known in SYSTEMS.items() if word in user_agent), System.OTHER)
    return browser, system

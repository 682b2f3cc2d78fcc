"""Tables of people: the site, its environments, users, the roles they hold and their API tokens (hashed)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q

from tieout.people.actors import Role


class Site(models.Model):
    """The one installation: its name and the time zone in which its days begin."""

    name = models.CharField(max_length=100, default="Tieout")
    time_zone = models.CharField(max_length=64, default="UTC")
    country = models.CharField(max_length=2, default="US", help_text="Whose public holidays are not working days.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="people_one_site")]

    def __str__(self) -> str:
        return self.name


class Environment(models.Model):
    """Production or sandbox: a wall between two sets of connections, processes and records."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=50)
    production = models.BooleanField(default=False)

    class Meta:
        ordering = ("-production", "slug")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address, kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail address. Roles are held per environment, see Grant."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = False
    date_joined = models.DateTimeField(auto_now_add=True)
    environment = models.ForeignKey(Environment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The environment this person last looked at."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


class Grant(models.Model):
    """A role that a person holds in an environment."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=[(role.value, role.value.title()) for role in Role])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("user", "environment", "role"), name="people_grant_once"),
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="people_grant_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} in {self.environment}"


class ApiToken(models.Model):
    """A bearer token: only its SHA-256 is kept. It acts as its user in one environment."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

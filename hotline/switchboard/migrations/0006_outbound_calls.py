"""Handlers ring whom they call back: a call has a direction, and one that goes out is begun by its handler."""

from django.conf import settings
from django.db import migrations, models

from foundation.privacy.rls import allow, orgs_as

SHIFT = f"centre_id = any({orgs_as('handler', 'coordinator')})"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_statistics_service'),
        ('hotline', '0005_events_row_by_row'),
        ('privacy', '0001_initial'),
        ('switchboard', '0003_when_the_provider_fails'),
        ('switchboard', '0004_hung_up'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='call',
            name='one_call_per_contact',
        ),
        migrations.AddField(
            model_name='call',
            name='direction',
            field=models.CharField(choices=[('inbound', 'incoming'), ('outbound', 'outgoing')], default='inbound', max_length=8),
        ),
        migrations.AddField(
            model_name='call',
            name='why_unreached',
            field=models.CharField(blank=True, choices=[('busy', 'the line is busy'), ('no_answer', 'nobody answers'), ('failed', 'this number cannot be reached'), ('handler', 'your own telephone was not picked up'), ('given_up', 'ended before anybody answered'), ('provider', 'the telephone provider could not place the call')], max_length=10),
        ),
        migrations.AlterField(
            model_name='call',
            name='ending',
            field=models.CharField(blank=True, choices=[('answered', 'answered'), ('abandoned', 'hung up while waiting'), ('left_menu', 'hung up in the menu'), ('callback', 'asked to be called back'), ('voicemail', 'left a voicemail'), ('closed', 'called out of hours'), ('blocked', 'blocked'), ('failed', 'failed'), ('unreached', 'nobody was reached')], max_length=10),
        ),
        migrations.AlterField(
            model_name='call',
            name='ending_so_far',
            field=models.CharField(blank=True, choices=[('answered', 'answered'), ('abandoned', 'hung up while waiting'), ('left_menu', 'hung up in the menu'), ('callback', 'asked to be called back'), ('voicemail', 'left a voicemail'), ('closed', 'called out of hours'), ('blocked', 'blocked'), ('failed', 'failed'), ('unreached', 'nobody was reached')], max_length=10),
        ),
        migrations.AlterField(
            model_name='call',
            name='sid',
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AlterField(
            model_name='command',
            name='kind',
            field=models.CharField(choices=[('dial', 'ring a telephone'), ('add', 'ring a partner into the conversation'), ('connect', 'move the caller into the conversation'), ('goodbye', "end the caller's call"), ('hang_up', 'hang up'), ('hold', 'put the caller on hold'), ('resume', 'take the caller off hold'), ('requeue', 'move the caller back into the queue'), ('bind', 'end the conversation with this telephone'), ('unbind', 'let the conversation go on without the handler'), ('fetch', 'fetch a voicemail'), ('delete', 'delete a recording at the provider'), ('ring', 'ring the person who is called back'), ('tell', 'tell the handler that nobody was reached')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.UniqueConstraint(condition=models.Q(('contact__isnull', False), ('direction', 'inbound')), fields=('contact',), name='one_call_per_contact'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.UniqueConstraint(condition=models.Q(('direction', 'outbound'), ('ended_at__isnull', True)), fields=('contact',), name='one_outbound_call_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.UniqueConstraint(condition=models.Q(('sid__isnull', False)), fields=('sid',), name='one_call_per_sid'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('direction', 'inbound'), ('sid__isnull', False)), models.Q(('direction', 'outbound'), ('state__in', ['connecting', 'talking', 'ended'])), _connector='OR'), name='call_outbound_never_waits'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ending', 'unreached'), models.Q(('why_unreached', ''), _negated=True)), models.Q(models.Q(('ending', 'unreached'), _negated=True), ('why_unreached', '')), _connector='OR'), name='call_unreached_says_why'),
        ),
        # Only the telephone's service takes in calls; who calls somebody back begins a call of their own.
        allow(
            "switchboard_call",
            "outbound",
            "insert",
            f"direction = 'outbound' and {SHIFT} and claimed_by_id = (select ntk.actor())",
        ),
    ]

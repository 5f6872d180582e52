"""What was told of clocks that run out, and to whom; clocks that already run are looked at by the first sweep."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def let_the_sweep_look(apps, editor):
    """The sweep works out each clock's own next rung when it comes to it, in small steps."""
    running = apps.get_model("cases", "Deadline").objects.filter(state="running")
    running.update(next_rung_at=models.F("started_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_budgets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LadderStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rung', models.CharField(max_length=40)),
                ('term', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('told', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('words', models.JSONField(default=dict)),
                ('clock', models.JSONField(default=dict)),
                ('due', models.DateTimeField(null=True)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, unique=True)),
                ('next_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='deadline',
            name='next_rung_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='deadline',
            name='outcome',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='followup',
            name='evidence_no',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='followup',
            name='signed',
            field=models.BooleanField(null=True),
        ),
        migrations.AddIndex(
            model_name='deadline',
            index=models.Index(condition=models.Q(('next_rung_at__isnull', False)), fields=['next_rung_at', 'id'], name='deadline_rung'),
        ),
        migrations.AddField(
            model_name='ladderstep',
            name='deadline',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='cases.deadline'),
        ),
        migrations.AddField(
            model_name='notice',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='cases.case'),
        ),
        migrations.AddField(
            model_name='notice',
            name='to',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='ladderstep',
            constraint=models.UniqueConstraint(fields=('deadline', 'term', 'rung'), name='each_rung_once'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['to', '-id'], name='notice_of_person'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['to'], name='notice_unread'),
        ),
        migrations.RunPython(let_the_sweep_look, migrations.RunPython.noop),
    ]
